"""The keys of a population: few for certificates, shared in turn; one for each chip, for no two cards have one chip.

A million RSA keys would take eight hours. A modulus is a product of two primes, and k keys have 2k of them, which make
k·(2k-1) moduli: 708 keys are enough for a million chips. Such keys share primes with each other, so whoever has two of
them has both (one gcd): they are for load and for nothing else, and the result says so.
"""

import math
from collections import OrderedDict
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
    RSAPublicNumbers,
    rsa_crt_dmp1,
    rsa_crt_dmq1,
    rsa_crt_iqmp,
)
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.errors import HarnessFault

PUBLIC_EXPONENT = 65537
FEWEST = 16
MOST_LOADED = 4096
"""Chip keys that are kept, each of about 4 kB; certificate keys are few."""


def keys_for(holders: int) -> int:
    """Return how many keys make chips for so many holders."""
    primes = math.ceil((1 + math.sqrt(1 + 8 * holders)) / 2)
    return max(FEWEST, math.ceil(primes / 2))


def pair_at(place: int) -> tuple[int, int]:
    """Return the two primes, by number, of the chip at a place: (1, 0), (2, 0), (2, 1), (3, 0), …."""
    larger = (1 + math.isqrt(1 + 8 * place)) // 2
    return larger, place - larger * (larger - 1) // 2


class Primes(NamedTuple):
    """The primes of a pool of keys, two of each, in order."""

    all: tuple[int, ...]

    @classmethod
    def of(cls, keys: list[RSAPrivateKey]) -> "Primes":
        """Return those of these keys."""
        return cls(tuple(prime for key in keys for prime in _primes(key)))

    def chip(self, place: int) -> RSAPublicKey:
        """Return the chip's public key at a place."""
        larger, smaller = pair_at(place)
        return RSAPublicNumbers(PUBLIC_EXPONENT, self.all[larger] * self.all[smaller]).public_key()

    def private_chip(self, place: int) -> RSAPrivateKey:
        """Return the chip's key at a place; its parts were checked when the pool was made."""
        larger, smaller = pair_at(place)
        p, q = self.all[larger], self.all[smaller]
        d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
        numbers = RSAPrivateNumbers(
            p,
            q,
            d,
            rsa_crt_dmp1(d, p),
            rsa_crt_dmq1(d, q),
            rsa_crt_iqmp(p, q),
            RSAPublicNumbers(PUBLIC_EXPONENT, p * q),
        )
        return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _primes(key: RSAPrivateKey) -> tuple[int, int]:
    numbers = key.private_numbers()
    return numbers.p, numbers.q


class Keyring:
    """The keys of one population as a generator holds them: loaded when first used, chips not for ever."""

    def __init__(self, pkcs8: list[bytes]) -> None:
        self._keys = [_loaded(each) for each in pkcs8]
        self._primes = Primes.of(self._keys)
        self._chips: OrderedDict[int, RSAPrivateKey] = OrderedDict()

    def numbered(self, number: int) -> RSAPrivateKey:
        """Return a key of certificates."""
        return self._keys[number]

    def chip(self, place: int) -> RSAPrivateKey:
        """Return the key of the chip at a place; of those not used for longest one is forgotten when there are many."""
        known = self._chips.get(place)
        if known is None:
            known = self._chips[place] = self._primes.private_chip(place)
            if len(self._chips) > MOST_LOADED:
                self._chips.popitem(last=False)
        else:
            self._chips.move_to_end(place)
        return known


def _loaded(pkcs8: bytes) -> RSAPrivateKey:
    # The pool checked its keys when it made them; checking again takes 30 ms.
    key = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise HarnessFault(f"population: expected RSA keys, actual {type(key).__name__}")
    return key

"""Users of cards in PC/SC readers, one a reader. Importing this patches the process for gevent.

pyscard waits in C: each call is made in a thread of gevent's pool, so that one reader does not hold up another.
"""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, TypeVar

import gevent
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from locust import User
from locust.exception import StopUser

from harness.errors import ConfigurationError
from harness.pcsc_lane.readers import Connection, connection_to
from harness.terminal.card_reader import CardFault, CardReader
from loadtests.targets.ground import Subject
from loadtests.targets.ground_users import GroundUser
from loadtests.truth import Deed, Ruled, Ruling

Found = TypeVar("Found")
SIGN, TAP, WITHOUT_PIN = "sign", "tap", "sign without PIN"
SIGNED, REFUSED = "signed", "refused 6982"
SECURITY_STATUS_NOT_SATISFIED = 0x6982  # ISO 7816-4 §5.6


class CardUser(GroundUser, User):
    """Signs with the PIN, taps without, and sometimes asks for a signature that no PIN was given for."""

    def prepare(self) -> None:
        """Take a reader for oneself: two at one card would spend its tries."""
        ground = self.load.population
        if self.number >= len(ground.subjects):
            raise ConfigurationError(f"expected at most {len(ground.subjects)} users, one a reader, actual more")
        self._subject: Subject = ground.subjects[self.number]
        certificate = x509.load_der_x509_certificate(self._subject.certificate)
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise TypeError(f"{self._subject.id}: expected an RSA key, actual {type(key).__name__}")
        self._key, self._turn = key, 0
        self._line: AbstractContextManager[Connection] | None = None
        self._due = 0.0

    def on_start(self) -> None:
        """Connect."""
        self._line = connection_to(self._subject.id)
        self._card = CardReader(_pooled(self._line.__enter__))

    def on_stop(self) -> None:
        """Give the card back."""
        if self._line is not None:
            line, self._line = self._line, None
            _pooled(lambda: line.__exit__(None, None, None))

    def ask(self, subject: Subject, deed: Deed) -> None:
        """One visit to the reader's card, whoever was drawn; a card that does otherwise than cards do is left alone."""
        del subject, deed
        try:
            self._come()
        except CardFault as fault:
            self.load.tally.failed(f"{self._subject.id}: {fault}; no more is asked of it")
            raise StopUser from fault

    def _come(self) -> None:
        self._due += self.load.population.bad
        self._turn += 1
        challenge = os.urandom(32)
        if self._due >= 1:
            self._due -= 1
            # another application first: its SELECT ends what the PIN opened
            self._timed(TAP, lambda: self._tap(challenge))
            status = self._timed(WITHOUT_PIN, self._card.sign_unasked)
            said = REFUSED if status == SECURITY_STATUS_NOT_SATISFIED else f"status {status:04X}"
            self._rule(WITHOUT_PIN, REFUSED, said, bad=True)
        elif self._turn % 2:
            pin = self.load.population.pin
            signature = self._timed(SIGN, lambda: self._card.sign_challenge(pin, challenge))
            self._rule(SIGN, SIGNED, SIGNED if self._is_right(signature, challenge) else "signed wrongly", bad=False)
        else:
            proof = self._timed(TAP, lambda: self._tap(challenge))
            said = SIGNED if len(proof.signature) == 256 and proof.birth_record and proof.cvc else "proved nothing"
            self._rule(TAP, SIGNED, said, bad=False)

    def _tap(self, challenge: bytes) -> Any:
        return self._card.prove_chip(date.fromisoformat(self._subject.reason), challenge)

    def _is_right(self, signature: bytes, challenge: bytes) -> bool:
        try:
            self._key.verify(signature, challenge, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def _rule(self, kind: str, expected: str, actual: str, *, bad: bool) -> None:
        ruling = Ruling.RIGHT if actual == expected else Ruling.WRONG
        self.load.tally.judged(
            self._subject.id, self._subject.id, "", Ruled(ruling, expected, actual, bad), purpose=kind
        )

    def _timed(self, what: str, act: Callable[[], Found]) -> Found:
        """Return what came of it; how long the card took is counted, by us and by Locust."""
        self.load.tally.asked()
        begun = time.monotonic()
        found = _pooled(act)
        seconds = time.monotonic() - begun
        self.load.tally.took(what, seconds)
        self.environment.events.request.fire(
            request_type="card",
            name=what,
            response_time=1e3 * seconds,
            response_length=0,
            exception=None,
            context={},
        )
        return found


def _pooled(act: Callable[[], Found]) -> Found:
    """Return what an act in a thread of its own found; other users go on meanwhile."""
    found: Found = gevent.get_hub().threadpool.apply(act)
    return found

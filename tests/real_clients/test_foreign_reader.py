"""A reader whose name is not ours gets no PIN from any client of ours: a real card may be in it (DESIGN.md §4)."""

from collections.abc import Callable
from datetime import date

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from harness.pcsc_lane import Connection
from harness.terminal.card_reader import CardReader, ForeignReader
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import ReaderRefused
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN
from tests.real_clients.programs import FOREIGN_READER, VERIFY, Bench

CHALLENGE = bytes(range(32))
BORN = date(1980, 2, 17)
PIN, PASSWORD = PinTry("1234", must_remain=1), PinTry("ABC123", must_remain=1)
DATE = PinTry.of_birth_date(BORN, must_remain=1)

ATTEMPTS: dict[str, tuple[Callable[[Connection], object], type[Exception]]] = {
    "terminal, authentication": (lambda card: CardReader(card).sign_challenge("1234", CHALLENGE), ForeignReader),
    "terminal, signature": (lambda card: CardReader(card).sign_document("ABC123", CHALLENGE), ForeignReader),
    "terminal, certificate": (lambda card: CardReader(card).signature_certificate("ABC123"), ForeignReader),
    "terminal, birth date": (lambda card: CardReader(card).prove_chip(BORN, CHALLENGE), ForeignReader),
    "reference, authentication": (lambda card: CardClient(card).jpki.authenticate(CHALLENGE, PIN), ReaderRefused),
    "reference, signature": (lambda card: CardClient(card).jpki.sign_document(CHALLENGE, PASSWORD), ReaderRefused),
    "reference, birth date": (lambda card: CardClient(card).visual.authenticate_chip(CHALLENGE, DATE), ReaderRefused),
    "reference, tries": (lambda card: CardClient(card).tries_left(AUTH_PIN), ReaderRefused),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_foreign_reader_gets_no_pin(foreign_bench: Bench, name: str) -> None:
    """The client refuses, and the card in the foreign reader never saw a VERIFY."""
    attempt, refusal = ATTEMPTS[name]
    with foreign_bench.lane.connected(FOREIGN_READER) as connection:
        CardReader(connection).authentication_certificate()  # the reader works, and the trace is this card's
        with pytest.raises(refusal, match=FOREIGN_READER):
            attempt(connection)
    instructions = [line.command[1] for line in foreign_bench.commands()]
    assert instructions
    assert VERIFY not in instructions


@pytest.mark.parametrize(
    "sign",
    [
        lambda card: CardReader(card).sign_challenge("1234", CHALLENGE),
        lambda card: CardClient(card).jpki.authenticate(CHALLENGE, PIN).signature,
    ],
    ids=["terminal", "reference"],
)
def test_our_reader_gets_it(bench: Bench, sign: Callable[[Connection], bytes]) -> None:
    """The same clients on the same card in our reader sign, and the signature is the certificate's."""
    with bench.lane.connected() as connection:
        certificate = x509.load_der_x509_certificate(CardReader(connection).authentication_certificate())
        signature = sign(connection)
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, CHALLENGE, PKCS1v15(), SHA256())

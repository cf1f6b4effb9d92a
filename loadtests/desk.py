"""What a visitor says and shows for each purpose: the messages of the contract, honest or false."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.contract import messages
from harness.contract.vocabulary import Kind, Purpose
from harness.errors import HarnessFault
from loadtests.holders import Holders
from loadtests.population import LoadHolder, Population
from loadtests.signing import CardSigner, Forger, KeySigner, Signer
from loadtests.truth import Deed
from loadtests.turns import Turn
from loadtests.vocabulary import Signatures

WITH_PIN = frozenset({Purpose.LOGIN, Purpose.ENROL, Purpose.RELINK})
WITH_CHIP = frozenset({Purpose.TAP, Purpose.ENROL, Purpose.RELINK})


def signer_for(signatures: Signatures, holders: Holders, authorities: dict[Kind, bytes]) -> Signer:
    """Return who signs; precomputed signatures are of no use where the product draws the challenge."""
    return CardSigner(holders, authorities) if signatures is Signatures.CARD else KeySigner(holders)


class Desk:
    """The terminals of one worker."""

    def __init__(self, population: Population, holders: Holders) -> None:
        self._population = population
        self._signer = signer_for(population.signatures, holders, population.authorities)
        self._forger = Forger(holders, _key(population.forger_key))

    def begin(self, turn: Turn) -> messages.Begin:
        """Return what is said when somebody comes."""
        return messages.Begin(
            purpose=turn.purpose,
            service=self._population.mix.service,
            environment=turn.environment,
            terminal=self._population.terminal,
            holder=messages.HolderHint(certificate=_certificate(turn)),
        )

    def present(self, turn: Turn, begun: messages.Begun) -> messages.Presentation | str:
        """Return what is shown, or what is missing in the answer to `begin`."""
        assert isinstance(begun.challenge, bytes)  # noqa: S101  (whoever calls has seen to it)
        challenge = begun.challenge
        shown = messages.Presentation(challenge=challenge, certificate=_certificate(turn))
        if turn.purpose is Purpose.SIGN:
            if begun.document is msgspec.UNSET:
                return "expected a document to sign, actual none"
            return msgspec.structs.replace(shown, document_signature=self._document(turn, begun.document))
        if turn.purpose is Purpose.TAP and begun.birth_date is msgspec.UNSET:
            return "expected the birth date that opens the chip's record, actual none"
        if turn.purpose in WITH_PIN:
            shown = msgspec.structs.replace(shown, signature=self._login(turn, challenge))
        if turn.purpose in WITH_CHIP:
            shown = msgspec.structs.replace(shown, chip=self._chip(turn, challenge))
        return shown

    def _document(self, turn: Turn, document: bytes) -> bytes:
        if turn.deed in _FALSE:
            return self._falsely(turn, turn.holder.sign_key, document)
        return self._signer.document(turn.holder, document)

    def _login(self, turn: Turn, challenge: bytes) -> bytes:
        if turn.deed is Deed.FORGED or (turn.deed is Deed.CLONED and turn.purpose is Purpose.LOGIN):
            return self._falsely(turn, turn.holder.key, challenge)
        return self._signer.login(turn.holder, challenge)

    def _chip(self, turn: Turn, challenge: bytes) -> messages.ChipProof:
        if turn.deed is Deed.CLONED:
            return self._forger.copied_chip(turn.holder, challenge)
        if turn.deed is Deed.FORGED and turn.purpose is Purpose.TAP:
            return self._forger.own_chip(turn.holder, challenge)
        return self._signer.chip(turn.holder, challenge)

    def _falsely(self, turn: Turn, number: int, message: bytes) -> bytes:
        if turn.deed is Deed.FORGED:
            return self._forger.signature(message)
        return self._forger.anothers(number, message)


_FALSE = (Deed.FORGED, Deed.CLONED)


def _certificate(turn: Turn) -> bytes:
    holder: LoadHolder = turn.holder
    return holder.sign_certificate if turn.purpose is Purpose.SIGN else holder.certificate


def _key(pkcs8: bytes) -> RSAPrivateKey:
    key = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise HarnessFault(f"population: expected a forger's RSA key, actual {type(key).__name__}")
    return key

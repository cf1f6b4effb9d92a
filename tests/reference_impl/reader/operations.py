"""Everything that the client does with a card, by name: what it is called with, and which PIN it spends."""

from collections.abc import Callable
from dataclasses import dataclass

from reference_impl.reader.client import CardClient
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import (
    AUTH_PIN,
    BIRTH_DATE,
    SIGN_PASSWORD,
    TEXT_CODE_A,
    TEXT_CODE_B,
    TEXT_PIN,
    VISUAL_CODE_A,
    VISUAL_CODE_B,
    Reference,
)
from reference_impl.reader.signing import Scheme
from tests.reference_impl.reader.cards import CHALLENGE

DOCUMENT = b"a contract"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a counter does; `reference` is the PIN it spends a try of, if any."""

    reference: Reference | None
    do: Callable[[CardClient, PinTry], object]


def _free(do: Callable[[CardClient], object]) -> Operation:
    return Operation(None, lambda client, _: do(client))


OPERATIONS: dict[str, Operation] = {
    "token": _free(lambda client: client.jpki.read_token()),
    "presence": _free(lambda client: client.jpki.read_presence()),
    "auth certificate": _free(lambda client: client.jpki.read_auth_certificate()),
    "auth ca": _free(lambda client: client.jpki.read_auth_ca_certificate()),
    "sign ca": _free(lambda client: client.jpki.read_sign_ca_certificate()),
    "card record": _free(lambda client: client.read_card_record()),
    "text information": _free(lambda client: client.text.read_information()),
    "visual information": _free(lambda client: client.visual.read_information()),
    "tries": _free(lambda client: client.all_tries()),
    "authenticate": Operation(AUTH_PIN, lambda client, attempt: client.jpki.authenticate(CHALLENGE, attempt)),
    "authenticate pss": Operation(
        AUTH_PIN, lambda client, attempt: client.jpki.authenticate(CHALLENGE, attempt, Scheme.PSS).certificate
    ),
    "auth certificate by pin": Operation(AUTH_PIN, lambda client, attempt: client.jpki.read_auth_certificate(attempt)),
    "sign certificate": Operation(SIGN_PASSWORD, lambda client, attempt: client.jpki.read_sign_certificate(attempt)),
    "sign": Operation(SIGN_PASSWORD, lambda client, attempt: client.jpki.sign_document(DOCUMENT, attempt)),
    "attributes": Operation(TEXT_PIN, lambda client, attempt: client.text.read_attributes(TEXT_PIN, attempt)),
    "attributes by b": Operation(
        TEXT_CODE_B, lambda client, attempt: client.text.read_attributes(TEXT_CODE_B, attempt)
    ),
    "number": Operation(TEXT_PIN, lambda client, attempt: client.text.read_personal_number(TEXT_PIN, attempt)),
    "number by a": Operation(
        TEXT_CODE_A, lambda client, attempt: client.text.read_personal_number(TEXT_CODE_A, attempt)
    ),
    "chip": Operation(BIRTH_DATE, lambda client, attempt: client.visual.authenticate_chip(CHALLENGE, attempt)),
    "face by a": Operation(VISUAL_CODE_A, lambda client, attempt: client.visual.read_face(VISUAL_CODE_A, attempt)),
    "face by b": Operation(VISUAL_CODE_B, lambda client, attempt: client.visual.read_face(VISUAL_CODE_B, attempt)),
    "number image": Operation(VISUAL_CODE_A, lambda client, attempt: client.visual.read_number_image(attempt)),
}
SPENDING = {name: each for name, each in OPERATIONS.items() if each.reference is not None}
NO_TRY = PinTry("", must_remain=1)
"""For what spends none."""

"""The messages of contract 1.0 for the role tap-client: reader software, judged by the trace of the card.

`hello` as in every role; `run` asks for one function with a card in a reader, and says what the person would type.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import END, ChipProof, Day, Message, Name

Pin = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[0-9A-Z]+" + END)]
Sentence = Annotated[str, Meta(max_length=1000)]


class TapFunction(StrEnum):
    """What the software is asked to do with the card; also what it declares in `hello`."""

    READ_CERTIFICATE = "read_certificate"
    SIGN_CHALLENGE = "sign_challenge"
    ATTRIBUTES = "attributes"
    """The four basic attributes of the 券面事項入力補助AP."""
    INTERNAL_AUTHENTICATION = "internal_authentication"
    LOGIN_FLOW = "login_flow"


class TapReason(StrEnum):
    """How a run ended: exactly one of these."""

    OK = "OK"
    PIN_INCORRECT = "PIN_INCORRECT"
    PIN_LOCKED = "PIN_LOCKED"
    NO_CARD = "NO_CARD"
    CARD_REMOVED = "CARD_REMOVED"
    CARD_NOT_SUPPORTED = "CARD_NOT_SUPPORTED"
    BIRTH_DATE_INCORRECT = "BIRTH_DATE_INCORRECT"
    READER_NOT_FOUND = "READER_NOT_FOUND"
    READER_REFUSED = "READER_REFUSED"
    """The reader is not one that a PIN may be sent to."""
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


class TapIntroduction(Message, frozen=True, tag_field="role", tag="tap-client"):
    """The answer to `hello`."""

    contract: str
    product: Name
    version: Name
    capabilities: list[TapFunction]


class Run(Message, frozen=True):
    """One function, the reader's name, what the person types in turn, and how many seconds it may take."""

    function: TapFunction
    reader: Name
    pins: Annotated[list[Pin], Meta(max_length=8)]
    challenge: bytes | UnsetType = UNSET
    birth_date: Day | UnsetType = UNSET
    relying_party: Name | UnsetType = UNSET
    """The address of the relying party, for the login flow."""
    seconds: Annotated[int, Meta(ge=1, le=600)] = 30


class TapData(Message, frozen=True):
    """What was read or signed, as far as the function gives it."""

    certificate: bytes | UnsetType = UNSET
    signature: bytes | UnsetType = UNSET
    attributes: dict[Name, Sentence] | UnsetType = UNSET
    chip: ChipProof | UnsetType = UNSET


class Ran(Message, frozen=True):
    """How it ended, what it gave, and what the person was told, word for word by language."""

    reason: TapReason
    told: dict[Name, Sentence]
    tries_left: Annotated[int, Meta(ge=0, le=15)] | UnsetType = UNSET
    data: TapData | UnsetType = UNSET

"""What a caller says of a use beside the contract, and what is told of it: for the HTTP service to pass on.

Contract 1.0 has none of it. `RelyingParty.complete(message, request)` takes a `UseRequest` and answers with a `Judged`
that carries a `UseAnswer` where something was used up, and an `Offer` where the refusal leaves another document open.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from reference_impl.services.charges import UNBOUNDED
from reference_impl.services.vocabulary import Document, EntitlementKind, Whose

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Amount = Annotated[int, Meta(ge=-UNBOUNDED, le=UNBOUNDED)]


class UseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How much of what, and for how many of the household."""

    amounts: Annotated[dict[Name, Amount], Meta(max_length=64)] = {}
    """By entitlement: of an allowance what is taken (above 0); of a balance what is paid in (above 0) or out."""
    persons: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    """How many of a household are here; without it all that the register has."""
    municipality: Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")] | None = None
    """Where the holder lives, as a terminal that we know read it off the card or staff saw it. Kept until told anew."""


class Remaining(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entitlement after the use."""

    entitlement: str
    kind: EntitlementKind
    whose: Whose
    amount: int
    """Used up in the period; of a balance what is held."""
    limit: int | None = None


class CheckIn(msgspec.Struct, frozen=True):
    """A household that was checked in by one of its members."""

    household: str
    """As the register calls it."""
    persons: int
    registered: int


class UseAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the accepted use came to."""

    remaining: tuple[Remaining, ...] = ()
    check_in: CheckIn | None = None
    is_repeated: bool = False
    """It had counted before, under the same session."""


class Instead(msgspec.Struct, frozen=True):
    """A document that may be shown in place of the card, and its name in both languages."""

    document: Document
    ja: str
    en: str


class Offer(msgspec.Struct, frozen=True):
    """What may be shown after a refusal. `id` names the refusal when somebody does (`RelyingParty.show_instead`)."""

    id: str
    documents: tuple[Instead, ...]


class ShowInstead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Staff at a terminal took another document."""

    offer: Annotated[str, Meta(min_length=1, max_length=128)]
    document: Document
    terminal: str
    credential: str
    service: str | None = None
    """Where it is shown: an offer of another service is none there. Without it, wherever the offer was made."""


WORDS: dict[Document, tuple[str, str]] = {
    Document.USER_CARD: ("利用者カード", "the service's own card"),
    Document.BARCODE: ("バーコードの利用証", "a card or ticket with a barcode"),
    Document.PAPER_TICKET: ("紙の利用券", "a paper ticket"),
    Document.DRIVING_LICENCE: ("運転免許証", "a driving licence"),
    Document.RESIDENCE_CARD: ("在留カード", "a residence card"),
    Document.PAPER_APPLICATION: ("紙の申請書", "an application on paper"),
    Document.STAFF_ENTRY: ("職員による入力", "entry by staff"),
    Document.QR_IN_APP: ("アプリの QR コード", "a QR code in the app"),
}


def instead(document: Document) -> Instead:
    """The document with its names."""
    return Instead(document, *WORDS[document])

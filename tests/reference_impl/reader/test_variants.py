"""Cards that are not what they claim: each ends in a named fault where a client can see it, and in no traceback."""

import pytest

from cardsim.slot import InsertedCard
from harness.forgery import Variant
from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import AnswerUnreadable, NotGenuine, PinWrong, ReaderFault
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import BIRTH_DATE
from reference_impl.verification.trust import CardApplication
from tests.reference_impl.reader.cards import CHALLENGE, Desk, client_of, connected
from tests.reference_impl.reader.operations import NO_TRY, OPERATIONS, Operation

SEEN: dict[Variant, dict[str, type[ReaderFault]]] = {
    Variant.SELF_MADE: {"chip": NotGenuine, "face by b": NotGenuine},
    Variant.CLONED: {"authenticate": NotGenuine, "chip": NotGenuine, "face by b": NotGenuine, "attributes": NotGenuine},
    Variant.SPLICED: {"authenticate": NotGenuine},
    Variant.OLD_ISSUER: {"chip": NotGenuine, "face by b": NotGenuine},
    Variant.REPLAYING: {"chip": NotGenuine, "face by b": NotGenuine, "attributes": NotGenuine},
    Variant.TRIES_STAY: {},
    Variant.MISMATCHED: {"authenticate": NotGenuine, "authenticate pss": NotGenuine},
    Variant.CERTIFICATE_ONE_MORE: {"auth certificate": AnswerUnreadable, "authenticate": AnswerUnreadable},
    Variant.CERTIFICATE_BEYOND_FILE: {"auth certificate": AnswerUnreadable, "authenticate": AnswerUnreadable},
    Variant.CERTIFICATE_CUT: {"auth certificate": AnswerUnreadable, "authenticate": AnswerUnreadable},
    Variant.CERTIFICATE_EMPTY: {"auth certificate": AnswerUnreadable, "authenticate": AnswerUnreadable},
    Variant.CVC_SHORT: {"chip": AnswerUnreadable, "face by b": AnswerUnreadable},
    Variant.RECORD_BEYOND_FILE: {"chip": AnswerUnreadable},
}
"""What of each a client sees by itself, its issuers pinned. `tries-stay` shows when a PIN is wrong."""


def outcome(desk: Desk, client: CardClient, operation: Operation) -> object:
    """What an operation returns, or the fault that ended it; anything else that is raised is a defect."""
    attempt = NO_TRY if operation.reference is None else desk.attempt(operation.reference)
    try:
        return operation.do(client, attempt)
    except ReaderFault as fault:
        return fault


@pytest.mark.parametrize("variant", Variant)
def test_a_forged_card_ends_in_a_named_fault(desk: Desk, variant: Variant) -> None:
    """Where the table says so; and no operation on it ends in anything but a result or a fault."""
    for name, operation in OPERATIONS.items():
        found = outcome(desk, client_of(desk.profile(variant=variant), desk), operation)
        expected = SEEN[variant].get(name)
        if expected is not None:
            assert type(found) is expected, (name, found)
            assert isinstance(found, ReaderFault)
            assert found.ja
            assert found.en


def test_the_genuine_card_ends_in_none(desk: Desk) -> None:
    """The twin: the same operations, the same issuers pinned."""
    for name, operation in OPERATIONS.items():
        found = outcome(desk, client_of(desk.profile(), desk), operation)
        assert not isinstance(found, ReaderFault), (name, found)


def test_what_no_client_can_see_is_left_to_the_server(desk: Desk) -> None:
    """A splice is two genuine halves: only who remembers the chip's key tells them apart (docs/free-area.md)."""
    client = client_of(desk.profile(variant=Variant.SPLICED), desk)
    assert client.visual.authenticate_chip(CHALLENGE, desk.attempt(BIRTH_DATE)).signature


def test_tries_that_stay_show_when_a_pin_is_wrong(desk: Desk) -> None:
    """`NotGenuine`; on a genuine card `PinWrong`."""
    wrong = PinTry("9999", must_remain=1)
    for variant, fault in ((Variant.TRIES_STAY, NotGenuine), (None, PinWrong)):
        with pytest.raises(fault):
            client_of(desk.profile(variant=variant)).jpki.authenticate(CHALLENGE, wrong)


def test_the_issuer_of_one_application_says_nothing_of_the_other(desk: Desk) -> None:
    """Pinned is the text application's issuer alone: text is read, the face is refused; and the other way round."""
    for application, read, refused in (
        (CardApplication.TEXT, "attributes", "face by b"),
        (CardApplication.VISUAL, "face by b", "attributes"),
    ):
        pinned = tuple(each for each in desk.issuers if each.application is application)
        assert pinned
        client = CardClient(connected(InsertedCard.unused(desk.profile())), card_issuers=pinned)
        assert not isinstance(outcome(desk, client, OPERATIONS[read]), ReaderFault)
        assert type(outcome(desk, client, OPERATIONS[refused])) is NotGenuine

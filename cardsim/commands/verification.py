"""VERIFY, CHANGE REFERENCE DATA (ISO/IEC 7816-4:2013 §7.5.6, §7.5.7), CHANGE KEY; spec/card.md §3 (OSC, MC)."""

import msgspec

from cardsim import p1p2
from cardsim.apdu import DONE, Answer, Command
from cardsim.commands.reference import find_element, session_after
from cardsim.pins import LONGEST_VALUE, ChangeBy, Pin, PinRecord
from cardsim.profile import Profile
from cardsim.state import Kept, Session, State
from cardsim.status import Refusal, StatusWord, tries_left

_VERIFY_P1 = 0x00
_NEW_VALUE_ONLY = 0x01
_CHANGE_KEY_P1 = 0x00


def verify(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A PIN is presented, or, without data, asked for its tries: 63Cx then, even where it is verified or blocked."""
    if command.p1 != _VERIFY_P1:
        raise Refusal(StatusWord.WRONG_P1P2)
    pin, session = _referenced_pin(profile, state.session, command.p2)
    record = state.kept.pins[pin.kept_as]
    if not command.data:
        return State(state.kept, session), Answer(b"", tries_left(record.left))
    _require_plausible_length(profile, pin, command.data)
    if record.left == 0:
        raise Refusal(profile.options.blocked_attempt)
    if command.data == record.value:
        kept = _keep(state.kept, pin, PinRecord(record.value, pin.tries))
        return State(kept, _with_verified(session, session.verified | {pin.fid})), DONE
    kept = _keep(state.kept, pin, PinRecord(record.value, record.left - 1))
    if profile.options.failed_verify_drops_verified:
        session = _with_verified(session, session.verified - {pin.fid})
    return State(kept, session), Answer(b"", tries_left(record.left - 1))


def change_reference_data(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A verified PIN gets a new value: P1 = 01, the new value alone (spec/card.md §1.3)."""
    if command.p1 != _NEW_VALUE_ONLY:
        raise Refusal(StatusWord.WRONG_P1P2)
    return _change(profile, state, command, ChangeBy.REFERENCE_DATA)


def change_key(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """JICSAP CHANGE KEY, `80 32 00 80`: the same for the 4-digit PINs of 共通カードAP and 住基AP (§1.3, §3)."""
    if command.p1 != _CHANGE_KEY_P1:
        raise Refusal(StatusWord.WRONG_P1P2)
    return _change(profile, state, command, ChangeBy.KEY)


def _change(profile: Profile, state: State, command: Command, by: ChangeBy) -> tuple[State, Answer]:
    pin, session = _referenced_pin(profile, state.session, command.p2)
    if not command.data:
        raise Refusal(StatusWord.WRONG_LENGTH)
    if pin.fid not in session.verified:
        raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)
    if not pin.changeable:
        raise Refusal(profile.options.fixed_pin_change)
    if pin.change_by is not by:
        raise Refusal(profile.options.change_by_other_command)
    if not pin.form.fits(command.data):
        raise Refusal(profile.options.bad_new_value)
    kept = _keep(state.kept, pin, PinRecord(command.data, state.kept.pins[pin.kept_as].left))
    if not profile.options.change_keeps_verified:
        session = _with_verified(session, session.verified - {pin.fid})
    return State(kept, session), DONE


def _referenced_pin(profile: Profile, session: Session, p2: int) -> tuple[Pin, Session]:
    """The PIN that P2 names, and the session in which it may have become current."""
    sfi = p1p2.read_reference(p2)
    if sfi is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    element = find_element(profile, session, sfi)
    if not isinstance(element, Pin):
        raise Refusal(profile.options.verify_on_other_file)
    return element, session_after(profile, session, element)


def _require_plausible_length(profile: Profile, pin: Pin, value: bytes) -> None:
    """Refused above 16 bytes, and with 6700 for any odd length where that costs no try (spec/card.md §3)."""
    if len(value) > LONGEST_VALUE:
        raise Refusal(profile.options.overlong_value)
    if not profile.options.odd_length_costs_a_try and len(value) not in pin.form.lengths:
        raise Refusal(StatusWord.WRONG_LENGTH)


def _keep(kept: Kept, pin: Pin, record: PinRecord) -> Kept:
    """The kept state with one record replaced: the same object where nothing changed, so that nothing is stored."""
    return (
        kept
        if kept.pins[pin.kept_as] == record
        else msgspec.structs.replace(kept, pins={**kept.pins, pin.kept_as: record})
    )


def _with_verified(session: Session, verified: frozenset[int]) -> Session:
    return Session(session.aid, session.fid, verified, session.generator, session.secure)

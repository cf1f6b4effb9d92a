"""DECREASE and INCREASE: rides and points. INVENTED (`applications.free_area`).

    80 30 00 P2 Lc  amount (4 bytes) [mark, 1 to 16 bytes]  [Le]        P2: 80 the current file, 80|SFI that one
    80 34 00 P2 Lc  the same

ISO/IEC 7816-4:2013 has neither. The names and the answer are INCREASE of ETSI TS 102 221 §11.1.8; its instruction byte
32 is JICSAP's CHANGE KEY on this card (spec/card.md §1.3). What is answered, where an answer is asked for: the new
value and the number of changes, 4 bytes each.

Value, number of changes and mark are one record of the kept state, which is stored whole before the answer leaves
(`cardsim.slot`). So a decrement that was answered 9000 has happened once; one whose answer was lost has happened once
or not at all, and the record tells which. DECREASE is refused below zero, INCREASE above the limit, with 6985.
"""

import msgspec

from cardsim import p1p2
from cardsim.apdu import Answer, Command
from cardsim.applications.free_area import MOST, STAMP, Counter, Who
from cardsim.commands.own_files import replace_file, require_loaded, require_who
from cardsim.commands.reference import find_element, session_after
from cardsim.profile import Profile
from cardsim.standing import with_application
from cardsim.state import State
from cardsim.status import Refusal, StatusWord

_AMOUNT = 4


def decrease(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """So much less, by whoever the counter lets: the application said so when it made it."""
    return _change(profile, state, command, -1)


def increase(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """So much more, by the application's key alone."""
    return _change(profile, state, command, +1)


def _change(profile: Profile, state: State, command: Command, sign: int) -> tuple[State, Answer]:
    """One change of a counter: its record with another value, one change more, and the terminal's mark."""
    _, loaded = require_loaded(profile, state)
    sfi = p1p2.read_reference(command.p2)
    if command.p1 != 0 or sfi is None:
        raise Refusal(StatusWord.WRONG_P1P2)
    element = find_element(profile, state.session, sfi)
    counter = loaded.find(element.fid)
    if not isinstance(counter, Counter):
        raise Refusal(StatusWord.WRONG_FILE_KIND)
    require_who(state.session, counter.decreases if sign < 0 else Who.OWNER)
    if not _AMOUNT <= len(command.data) <= _AMOUNT + STAMP:
        raise Refusal(StatusWord.WRONG_LENGTH)
    amount = int.from_bytes(command.data[:_AMOUNT], "big")
    if amount == 0:
        raise Refusal(StatusWord.WRONG_DATA)
    value = counter.value + sign * amount
    if not 0 <= value <= counter.limit or counter.changes == MOST:
        raise Refusal(StatusWord.CONDITIONS_NOT_SATISFIED)
    mark = command.data[_AMOUNT:].ljust(STAMP, b"\x00")
    changed = msgspec.structs.replace(counter, value=value, changes=counter.changes + 1, stamp=mark)
    kept = with_application(state.kept, replace_file(loaded, changed))
    told = value.to_bytes(4, "big") + changed.changes.to_bytes(4, "big")
    after = State(kept, session_after(profile, state.session, element))
    return after, Answer(told[: command.ne or 0], StatusWord.OK)

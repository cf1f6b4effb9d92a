"""The PIN table holds whatever the order of commands; a card that breaks it is found, whichever way it does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from cardsim import card as card_module
from cardsim.apdu import Answer, Command
from cardsim.card import kept_if_wrong
from cardsim.commands import counting, reading, signing
from cardsim.files import File
from cardsim.personalise import IssuedFiles, personalise
from cardsim.pins import PinFormat, PinRecord
from cardsim.profile import Flaws, Options, Profile, pins_of
from cardsim.state import Kept, Session, State, power_on
from cardsim.status import Refusal
from tests.cardsim.conftest import HOLDER, SERIAL, ask
from tests.cardsim.free_area_cards import PIN_CARD, loaded_card
from tests.cardsim.pin_machine import PinMachine
from tests.cardsim.pin_model import COMMON, JPKI, JUKI, RIDES, TEXT, VISUAL, rows

Handler = Callable[[Profile, State, Command], tuple[State, Answer]]
Break = Callable[[Profile], object]
SELECT, VERIFY, CHANGE, CHANGE_KEY, READ = 0x00A4, 0x0020, 0x0024, 0x8032, 0x00B0


def machine_for(profile: Profile, kept: Kept, *, shared: bool = False) -> type[PinMachine]:
    """The machine over this card; the middle of its signature certificate is what must not come out."""
    body = profile.applications[bytes.fromhex("D392F000260100000001")].elements[1]
    assert isinstance(body, File)
    content = {"profile": profile, "kept": kept, "shared": shared, "certificate": body.body[40:60]}
    return type("Machine", (PinMachine,), content)


@pytest.mark.parametrize("shared", [False, True], ids=["a counter in each application", "shared counters"])
def test_pin_table_holds(issued: IssuedFiles, *, shared: bool) -> None:
    """No sequence of commands, resets, removals and losses of power makes the card answer other than the table says."""
    card = loaded_card(personalise(HOLDER, issued, serial=SERIAL, options=Options(codes_share_tries=shared)), PIN_CARD)
    run_state_machine_as_test(
        machine_for(card.profile, card.kept, shared=shared),
        settings=settings(max_examples=120, stateful_step_count=40, deadline=None),
    )


def test_every_reference_of_the_card_is_in_the_model(profile: Profile) -> None:
    """What the card has and the model has not would be looked at by nobody: files with tries are those of the table."""
    card = loaded_card(profile, PIN_CARD)
    found = set()
    for aid in (JPKI, TEXT, VISUAL, COMMON, JUKI, RIDES):
        for fid in range(1, 0x1F):
            answers = ask(card, f"00A4040C{len(aid) // 2:02X}{aid}", f"002000{0x80 | fid:02X}")
            if answers[1].startswith("63C"):
                found.add((aid, fid, answers[1]))
    assert found == {(row.aid, row.fid, f"63C{row.counter.most:X}") for row in rows(shared=False).values()}


@contextmanager
def handled_by(key: int, make: Callable[[Handler], Handler]) -> Iterator[None]:
    """The card with another handler of one command."""
    handlers = card_module._HANDLERS
    with patch.dict(handlers, {key: make(handlers[key])}):
        yield


def select_keeps_verified(genuine: Handler) -> Handler:
    """What is verified survives another application."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        after, answer = genuine(profile, state, command)
        session = msgspec.structs.replace(after.session, verified=state.session.verified | after.session.verified)
        return State(after.kept, session), answer

    return handler


def right_value_keeps_tries(genuine: Handler) -> Handler:
    """A right PIN gives the spent tries not back."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        after, answer = genuine(profile, state, command)
        return (State(state.kept, after.session) if answer.sw == 0x9000 else after), answer

    return handler


def blocked_value_is_compared(genuine: Handler) -> Handler:
    """A blocked PIN opens where the value is right."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        pins = {
            name: PinRecord(record.value, 1) if record.left == 0 and record.value == command.data else record
            for name, record in state.kept.pins.items()
        }
        return genuine(profile, State(msgspec.structs.replace(state.kept, pins=pins), state.session), command)

    return handler


def query_costs_a_try(genuine: Handler) -> Handler:
    """VERIFY without data is taken for a wrong value."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        return genuine(profile, state, command if command.data else msgspec.structs.replace(command, data=b"\x00"))

    return handler


def change_needs_nothing(genuine: Handler) -> Handler:
    """A new value without the old one."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        everything = frozenset(range(0x1F))
        opened = State(state.kept, Session(state.session.aid, state.session.fid, everything))
        after, answer = genuine(profile, opened, command)
        return State(after.kept, msgspec.structs.replace(after.session, verified=state.session.verified)), answer

    return handler


def power_gives_tries_back(profile: Profile, kept: Kept, entropy: bytes = b"") -> State:
    """Every power-on begins with one try at least."""
    pins = {name: PinRecord(record.value, max(record.left, 1)) for name, record in kept.pins.items()}
    return power_on(profile, msgspec.structs.replace(kept, pins=pins), entropy)


def odd_prefix_is_right(genuine: Handler) -> Handler:
    """Only as many bytes are compared as the value has: `1234` and a byte more is right, too."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        for record in state.kept.pins.values():
            if record.value == b"1234" and command.data == b"1234\x00":
                return genuine(profile, state, msgspec.structs.replace(command, data=record.value))
        return genuine(profile, state, command)

    return handler


def refusal_forgets(genuine: Handler) -> Handler:
    """A read that is refused makes a new session."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        try:
            return genuine(profile, state, command)
        except Refusal as refusal:
            session = msgspec.structs.replace(state.session, verified=frozenset())
            return State(state.kept, session), Answer(b"", refusal.status)

    return handler


def reading_costs_a_try(genuine: Handler) -> Handler:
    """Whoever reads a whole block in the JPKI application spends a try of its PIN."""

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        after, answer = genuine(profile, state, command)
        record = state.kept.pins["jpki.auth"]
        if command.ne != 256 or record.left == 0 or state.session.aid != bytes.fromhex(JPKI):
            return after, answer
        pins = {**state.kept.pins, "jpki.auth": PinRecord(record.value, record.left - 1)}
        return State(msgspec.structs.replace(state.kept, pins=pins), after.session), answer

    return handler


def restored_first(profile: Profile, state: State, raw: bytes) -> Kept | None:
    """Before the comparison the tries are given back, not spent."""
    wrong = kept_if_wrong(profile, state, raw)
    if wrong is None:
        return None
    most = {pin.kept_as: pin.tries for pin in pins_of(profile)}
    pins = {
        name: PinRecord(record.value, most.get(name, 3)) if record != state.kept.pins[name] else record
        for name, record in wrong.pins.items()
    }
    return msgspec.structs.replace(wrong, pins=pins)


def with_element(profile: Profile, aid: str, fid: int, **changed: object) -> Profile:
    """The card with one element of one application changed."""
    key = bytes.fromhex(aid)
    application = profile.applications[key]
    elements = {**application.elements, fid: msgspec.structs.replace(application.elements[fid], **changed)}
    return msgspec.structs.replace(
        profile,
        applications={**profile.applications, key: msgspec.structs.replace(application, elements=elements)},
    )


def with_needs(profile: Profile, aid: str, fid: int, needs: tuple[int, ...]) -> Profile:
    """The card with a file that others open."""
    return with_element(profile, aid, fid, read_needs=needs)


def with_shared_codes(profile: Profile) -> Profile:
    """The card whose 照合番号A has one counter for both applications."""
    return with_element(with_element(profile, TEXT, 0x14, kept_as="code_a"), VISUAL, 0x13, kept_as="code_a")


def option(**changed: bool) -> Break:
    """A card whose options are others than the model's."""
    return lambda profile: msgspec.structs.replace(profile, options=Options(**changed))  # type: ignore[arg-type]


def anybody(*_: object) -> None:
    """No one is refused."""


BROKEN: dict[str, Break] = {
    "certificate needs no PIN": lambda _: patch.object(reading, "require_any", anybody),
    "signature needs no PIN": lambda _: patch.object(signing, "require_any", anybody),
    "tries do not go down": lambda profile: msgspec.structs.replace(profile, flaws=Flaws(tries_stay=True)),
    "verified survives another application": lambda _: handled_by(SELECT, select_keeps_verified),
    "right value keeps the spent tries": lambda _: handled_by(VERIFY, right_value_keeps_tries),
    "blocked PIN opens to the right value": lambda _: handled_by(VERIFY, blocked_value_is_compared),
    "query costs a try": lambda _: handled_by(VERIFY, query_costs_a_try),
    "change needs no PIN": lambda _: handled_by(CHANGE, change_needs_nothing),
    "power gives a try back": lambda _: patch("cardsim.slot.power_on", power_gives_tries_back),
    "longer value is right": lambda _: handled_by(VERIFY, odd_prefix_is_right),
    "new value of any shape": lambda _: patch.object(PinFormat, "fits", lambda *_: True),
    "anybody rides and rewards": lambda _: patch.object(counting, "require_who", anybody),
    "same application forgets": option(reselect_clears_verified=True),
    "reset remembers": option(warm_reset_clears_verified=False),
    "wrong value leaves verified": option(failed_verify_drops_verified=False),
    "odd length is free": option(odd_length_costs_a_try=False),
    "change forgets": option(change_keeps_verified=False),
    "CHANGE KEY needs no PIN": lambda _: handled_by(CHANGE_KEY, change_needs_nothing),
    "照合番号A opens the attributes": lambda profile: with_needs(profile, TEXT, 0x02, (0x11, 0x14, 0x15)),
    "照合番号B opens the number's image": lambda profile: with_needs(profile, VISUAL, 0x05, (0x12, 0x13)),
    "the PIN does not open the number": lambda profile: with_needs(profile, TEXT, 0x01, (0x14,)),
    "one code opens the other application's file": lambda profile: with_needs(profile, VISUAL, 0x02, ()),
    "the PIN-less key wants a PIN": lambda profile: with_element(profile, TEXT, 0x13, sign_needs=(0x11,)),
    "text 0012 opens": lambda profile: with_element(profile, TEXT, 0x12, initial=b"1234"),
    "共通 and 住基 count as one": lambda profile: with_element(profile, JUKI, 0x1C, kept_as="common.pin"),
    "the codes count as one": with_shared_codes,
    "照合番号B may be changed": lambda profile: with_element(profile, TEXT, 0x15, changeable=True),
    "a torn comparison costs nothing": lambda _: patch("cardsim.slot.kept_if_wrong", lambda *_: None),
    "a torn comparison gives all tries back": lambda _: patch("cardsim.slot.kept_if_wrong", restored_first),
    "a refusal forgets who was verified": lambda _: handled_by(READ, refusal_forgets),
    "reading costs a try": lambda _: handled_by(READ, reading_costs_a_try),
}
"""Thirty-one ways to break a card's PINs. None of them may pass."""


@pytest.mark.parametrize("how", BROKEN)
def test_broken_card_is_caught(profile: Profile, how: str) -> None:
    """The same machine fails on a card that is broken in one way: so it can fail."""
    card = loaded_card(profile, PIN_CARD)
    broken = BROKEN[how](card.profile)
    search = settings(
        max_examples=400, stateful_step_count=40, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    if isinstance(broken, Profile):
        kept = loaded_card(broken, PIN_CARD).kept
        with pytest.raises(AssertionError):
            run_state_machine_as_test(machine_for(broken, kept), settings=search)
        return
    with broken, pytest.raises(AssertionError):  # type: ignore[attr-defined]
        run_state_machine_as_test(machine_for(card.profile, card.kept), settings=search)

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
from cardsim.commands import counting, reading, signing
from cardsim.pins import PinFormat, PinRecord
from cardsim.profile import Flaws, Options, Profile
from cardsim.slot import InsertedCard
from cardsim.state import Kept, Session, State, power_on
from cardsim.store import MemoryStore
from tests.cardsim.free_area_cards import PIN_CARD, loaded_card
from tests.cardsim.pin_machine import PinMachine

Handler = Callable[[Profile, State, Command], tuple[State, Answer]]
Break = Callable[[Profile], object]
SELECT, VERIFY, CHANGE = 0x00A4, 0x0020, 0x0024


def machine_for(profile: Profile, kept: Kept) -> type[PinMachine]:
    """The machine over this card; the middle of its signature certificate is what must not come out."""
    body = profile.applications[bytes.fromhex("D392F000260100000001")].elements[1]

    class Machine(PinMachine):
        certificate = body.body[40:60]  # type: ignore[union-attr]

        def fresh(self) -> InsertedCard:
            return InsertedCard(profile, MemoryStore(kept))

    return Machine


def test_pin_table_holds(profile: Profile) -> None:
    """No sequence of commands, resets and removals makes the card answer other than the table says."""
    card = loaded_card(profile, PIN_CARD)
    run_state_machine_as_test(
        machine_for(card.profile, card.kept),
        settings=settings(max_examples=80, stateful_step_count=40, deadline=None),
    )


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
}
"""Seventeen ways to break a card's PINs. None of them may pass."""


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
        with pytest.raises(AssertionError):
            run_state_machine_as_test(machine_for(broken, card.kept), settings=search)
        return
    with broken, pytest.raises(AssertionError):  # type: ignore[attr-defined]
        run_state_machine_as_test(machine_for(card.profile, card.kept), settings=search)

"""What happens to a card elsewhere reaches its tries: locked, reset at the counter or kiosk, written anew.

A card is asked by APDU for what is left, in memory and in a folder alike.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from cardsim.card import fresh_kept, power_on
from cardsim.faults import CardUnreadable
from harness.card_writing import rewritten, tries_set
from harness.doors.control import ControlDoor
from harness.doors.server import Served
from harness.events import Changes
from harness.jlis.life_cycle import Write
from harness.jlis.life_events import LifeEvent
from harness.kept_cards import CardsInFolder, CardsInMemory, KeptCards
from harness.personalisation import IssuedCard
from harness.slot import Slot
from harness.slots import Slots
from harness.world import World
from tests.cardsim.free_area_cards import PIN_CARD, loaded_card, with_free_area
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

SELECT_JPKI, SELECT_VISUAL = "00A4040C0AD392F000260100000001", "00A4040C0AD3921000310001010402"
AUTH, SIGN, BIRTH = "0018", "001B", "0011"
WRONG = {AUTH: "002000800439393939", SIGN: "00200080064E4F4E4F4E4F"}
FULL = {AUTH: "63C3", SIGN: "63C5"}
RESETS = [LifeEvent.PIN_RESET_AT_COUNTER, LifeEvent.PIN_RESET_AT_KIOSK]
NAME = "Kazashi-1"


@pytest.fixture(params=["memory", "folder"])
def cards(request: pytest.FixtureRequest, tmp_path: Path) -> KeptCards:
    """Where cards are kept."""
    return CardsInMemory() if request.param == "memory" else CardsInFolder(tmp_path / "cards")


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return card


@pytest.fixture
def slot(world: World, card: IssuedCard, cards: KeptCards) -> Iterator[Slot]:
    """A slot with the card in it."""
    with Slots(cards=cards) as slots:
        put_in(world, slots, card.resident.id)
        yield slots[NAME]


def put_in(world: World, slots: Slots, holder: str) -> None:
    """Put the present card of somebody in."""
    slots.insert(NAME, world.card_of(holder).profile, holder, world.card_life(holder))


def send(slot: Slot, *commands: str) -> str:
    """Return the answer to the last of some commands."""
    return [slot.transmit(bytes.fromhex(command)).hex().upper() for command in commands][-1]


def left(slot: Slot) -> dict[str, str]:
    """Return what both PINs of a card that just got power have left."""
    slot.power_on()
    return {fid: send(slot, SELECT_JPKI, f"00A4020C02{fid}", "00200080") for fid in (AUTH, SIGN)}


def spend(slot: Slot) -> None:
    """Spend a try of each PIN."""
    slot.power_on()
    for fid, wrong in WRONG.items():
        assert send(slot, SELECT_JPKI, f"00A4020C02{fid}", wrong)[:3] == "63C"


@pytest.mark.parametrize("reset", RESETS)
def test_a_reset_gives_the_tries_back_and_once_only(
    world: World, card: IssuedCard, slot: Slot, reset: LifeEvent
) -> None:
    """From the next time that the card has power; what is spent after that stays spent."""
    spend(slot)
    assert left(slot) == {AUTH: "63C2", SIGN: "63C4"}
    world.happen(card.resident.id, reset)
    assert left(slot) == FULL
    spend(slot)
    assert left(slot) == {AUTH: "63C2", SIGN: "63C4"}


@pytest.mark.parametrize(
    "event", [LifeEvent.RENEWED, LifeEvent.MOVED_WITHIN, LifeEvent.SIGNATURE_ISSUED, LifeEvent.LOST]
)
def test_nothing_else_gives_tries_back(world: World, card: IssuedCard, cards: KeptCards, event: LifeEvent) -> None:
    """Not an event, not a card that is taken out and, written anew, put in again."""
    holder = card.resident.id
    with Slots(cards=cards) as slots:
        put_in(world, slots, holder)
        spend(slots[NAME])
        world.happen(holder, event)
        assert left(slots[NAME]) == {AUTH: "63C2", SIGN: "63C4"}
        slots.remove(NAME)
        put_in(world, slots, holder)
        assert left(slots[NAME]) == {AUTH: "63C2", SIGN: "63C4"}


TEXT = "D3921000310001010408"


@pytest.mark.parametrize(("reset", "text_left"), [(RESETS[0], "63C3"), (RESETS[1], "63C0")])
def test_what_each_desk_reaches(world: World, card: IssuedCard, slot: Slot, reset: LifeEvent, text_left: str) -> None:
    """The counter resets every PIN that the holder chose; the kiosk those of the JPKI application alone."""
    world.happen(card.resident.id, LifeEvent.PIN_LOCKED)
    world.happen(card.resident.id, reset)
    assert left(slot) == FULL
    assert send(slot, f"00A4040C0A{TEXT}", "00A4020C020011", "00200080") == text_left


def test_both_desks_one_after_the_other(world: World, card: IssuedCard, slot: Slot) -> None:
    """What the counter gave back stays when the kiosk comes after it, unless a lock lies between them."""
    world.happen(card.resident.id, LifeEvent.PIN_LOCKED)
    for reset in RESETS:
        world.happen(card.resident.id, reset)
    slot.power_on()
    assert send(slot, f"00A4040C0A{TEXT}", "00A4020C020011", "00200080") == "63C3"


def test_a_lock_then_a_reset(world: World, card: IssuedCard, slot: Slot) -> None:
    """Locked: no tries, and the right PIN is refused; reset: all of them, and the PIN is what it was."""
    world.happen(card.resident.id, LifeEvent.PIN_LOCKED)
    assert left(slot) == {AUTH: "63C0", SIGN: "63C0"}
    assert send(slot, SELECT_JPKI, f"00A4020C02{AUTH}", "002000800431323334") == "6984"
    world.happen(card.resident.id, LifeEvent.PIN_RESET_AT_KIOSK)
    assert left(slot) == FULL
    assert send(slot, SELECT_JPKI, f"00A4020C02{AUTH}", "002000800431323334") == "9000"


def test_what_happened_while_the_card_was_nowhere(world: World, card: IssuedCard, cards: KeptCards) -> None:
    """It is locked when it is first put in; another holder's card is not."""
    other = world.issue_card(world.new_resident().id).resident.id
    world.happen(card.resident.id, LifeEvent.PIN_LOCKED)
    with Slots(cards=cards) as slots:
        put_in(world, slots, card.resident.id)
        assert left(slots[NAME]) == {AUTH: "63C0", SIGN: "63C0"}
        slots.remove(NAME)
        put_in(world, slots, other)
        assert left(slots[NAME]) == FULL


def test_another_card_begins_unused(world: World, card: IssuedCard, cards: KeptCards) -> None:
    """What was written to the tries of the card before is no business of the re-issued one, at the same instant too."""
    holder = card.resident.id
    world.happen(holder, LifeEvent.PIN_LOCKED)
    world.happen(holder, LifeEvent.CARD_REISSUED)
    with Slots(cards=cards) as slots:
        put_in(world, slots, holder)
        assert left(slots[NAME]) == FULL


def test_a_card_in_the_slot_stays_the_old_one(world: World, card: IssuedCard, slot: Slot) -> None:
    """Re-issued and reset: the old card in the reader knows nothing of the new one's PIN."""
    spend(slot)
    world.happen(card.resident.id, LifeEvent.CARD_REISSUED)
    world.happen(card.resident.id, LifeEvent.PIN_RESET_AT_COUNTER)
    assert left(slot) == {AUTH: "63C2", SIGN: "63C4"}


def test_a_corrected_birth_date_opens_the_birth_reference(world: World, card: IssuedCard, cards: KeptCards) -> None:
    """The digits of the new date are right, those of the old one are not."""
    holder, born = card.resident.id, card.resident.birth_date
    new = born.replace(day=born.day % 27 + 1)
    with Slots(cards=cards) as slots:
        put_in(world, slots, holder)
        spend(slots[NAME])
        slots.remove(NAME)
        world.happen(holder, LifeEvent.BIRTH_DATE_CORRECTED, Changes(birth_date=new))
        put_in(world, slots, holder)
        era = new.year - (1925 if new.year < 1989 else 1988)
        digits = f"{era:02d}{new:%m%d}".encode().hex()
        slots[NAME].power_on()
        assert send(slots[NAME], SELECT_VISUAL, f"00A4020C02{BIRTH}", f"0020008006{digits}") == "9000"
        assert left(slots[NAME])[AUTH] == "63C2"


def test_the_next_process_knows_what_was_taken_in(world: World, card: IssuedCard, tmp_path: Path) -> None:
    """A reset that was taken in is not taken in again by whoever opens the folder next."""
    world.happen(card.resident.id, LifeEvent.PIN_RESET_AT_COUNTER)
    for expected in ({AUTH: "63C2", SIGN: "63C4"}, {AUTH: "63C1", SIGN: "63C3"}):
        with Slots(cards=CardsInFolder(tmp_path)) as slots:
            put_in(world, slots, card.resident.id)
            spend(slots[NAME])
            assert left(slots[NAME]) == expected


@pytest.mark.parametrize(
    "step",
    [
        "harness.kept_cards.write_durably",
        "harness.kept_cards.save_card",
        "cardsim.folder.write_profile",
        "harness.kept_cards.load_card",
    ],
)
def test_killed_while_the_folder_was_made(
    world: World, card: IssuedCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before whatever step the process ended, the next one finds the card, renewed meanwhile: nobody had used it."""

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    cards, holder = CardsInFolder(tmp_path), card.resident.id
    with monkeypatch.context() as patch:
        patch.setattr(step, ends)
        with pytest.raises(KeyboardInterrupt):
            cards.open(card.profile, world.card_life(holder))
    world.happen(holder, LifeEvent.RENEWED)
    with Slots(cards=cards) as slots:
        put_in(world, slots, holder)
        assert left(slots[NAME]) == FULL


def test_another_worlds_card_is_still_refused(
    card: IssuedCard, make_world: MakeWorld, world: World, tmp_path: Path
) -> None:
    """Its life has another name, though its serial number is the same."""
    cards, other = CardsInFolder(tmp_path), make_world(seed=8)
    holder = other.issue_card(other.new_resident().id).resident.id
    cards.open(card.profile, world.card_life(card.resident.id)).close()
    with pytest.raises(CardUnreadable, match="another world's"):
        cards.open(other.card_of(holder).profile, other.card_life(holder))


@pytest.fixture
def control(world: World, cards: KeptCards) -> Iterator[Callable[..., httpx.Response]]:
    """Post to the control door of a world with one slot."""
    with (
        Slots(cards=cards) as slots,
        Served(ControlDoor(world, "t", slots=slots).app) as served,
        httpx.Client(base_url=served.url, headers={"authorization": "Bearer t"}, trust_env=False) as client,
    ):
        yield lambda path, **message: client.post(path, json=message).raise_for_status()


def test_at_the_control_door(world: World, card: IssuedCard, control: Callable[..., httpx.Response]) -> None:
    """A card that a client put in gets its tries back with the next power-on."""
    slot = f"/v1/slots/{NAME}"

    def answer(*commands: str) -> str:
        control(f"{slot}/power-on")
        return [str(control(f"{slot}/transmit", command=each).json()["answer"]) for each in commands][-1]

    control(f"{slot}/insert", resident=card.resident.id)
    assert answer(SELECT_JPKI, f"00A4020C02{AUTH}", WRONG[AUTH]) == "63C2"
    world.happen(card.resident.id, LifeEvent.PIN_RESET_AT_COUNTER)
    assert answer(SELECT_JPKI, f"00A4020C02{AUTH}", "00200080") == "63C3"


def test_what_a_municipality_loaded_stays(world: World, card: IssuedCard) -> None:
    """Written anew, locked or reset: the applications of the free area, their counts and their PINs are as before."""
    loaded = loaded_card(card.profile, PIN_CARD)
    before, kept = loaded.profile, loaded.kept
    world.happen(card.resident.id, LifeEvent.RENEWED)
    after = with_free_area(world.card_of(card.resident.id).profile)
    own = {name: record for name, record in kept.pins.items() if name not in fresh_kept(before).pins}
    assert kept.loaded
    assert own
    for written in (rewritten(before, after, kept), tries_set(before, kept, Write.TRIES_SPENT)):
        assert (written.loaded, written.loads) == (kept.loaded, kept.loads)
        assert own.items() <= written.pins.items()
        power_on(after, written)

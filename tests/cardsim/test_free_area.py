"""The free area: what a municipality loads, what fits, who may do what (INVENTED: applications/free_area.py)."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from cardsim.applications.generic import delete_command, install_command, load_commands, select_command
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.store import MemoryStore
from cardsim.trace import Trace, decode
from tests.cardsim.conftest import SERIAL, ask, powered
from tests.cardsim.free_area_cards import (
    LOAD_KEY,
    OWN_KEY,
    PIN_CARD,
    RIDE_CARD,
    USER_CARD,
    load,
    loaded_card,
    with_free_area,
)  # fmt: skip

MANAGER = "00A4040C09F04B415A4153484901"
LIBRARY = "00A4040C09F04B415A4153484911"
RIDES = "00A4040C09F04B415A4153484912"
JPKI = "00A4040C0AD392F000260100000001"
KEY = "0020009110101112131415161718191A1B1C1D1E1F"
PIN = "002000920434333231"
WRONG_PIN = "002000920439393939"
COUNTER = "00B083001C"
RIDE = "803000830400000001"
RAISE = "803400830400000001"


@pytest.fixture
def library(profile: Profile) -> InsertedCard:
    """A card with a library's application."""
    return loaded_card(profile, USER_CARD)


@pytest.fixture
def rides(profile: Profile) -> InsertedCard:
    """A card with 70 rides."""
    return loaded_card(profile, RIDE_CARD)


@pytest.fixture
def points(profile: Profile) -> InsertedCard:
    """A card with five points behind a PIN."""
    return loaded_card(profile, PIN_CARD)


def test_user_id_is_read_without_pin(library: InsertedCard) -> None:
    """What a card-app service needs: one SELECT, the user's id, the day until which it holds."""
    assert ask(library, LIBRARY, "00B0810000", "00B0820000") == [
        "9000", "303030313233343536379000", "32303336313132309000",
    ]  # fmt: skip


def test_loading_by_hand(profile: Profile) -> None:
    """INSTALL written out byte by byte, its token by OpenSSL: another municipality's program could have sent it."""
    card = powered(with_free_area(profile))
    objects = "4F05F0000000A1500141800142810832303336313132308210" + OWN_KEY.hex()
    said = SERIAL.encode() + b"\xe6" + bytes(4) + bytes.fromhex(objects)
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{LOAD_KEY.hex()}", "-binary"],
        input=said, capture_output=True, check=True,
    )  # fmt: skip
    data = objects + "8E10" + made.stdout[:16].hex()
    assert ask(
        card, MANAGER, f"80E60C00{len(data) // 2:02X}{data}", "00A4040C05F0000000A1", "00B0810000", "00B0820008"
    ) == ["9000", "9000", "9000", "429000", "32303336313132309000"]


def test_rides_go_down_and_no_further(rides: InsertedCard) -> None:
    """Seventy rides a year, and not one more; the answer has value and number of changes, the record the mark too."""
    assert ask(rides, RIDES) == ["9000"]
    marked = "803000830800000001AABBCCDD08"
    assert ask(rides, marked, COUNTER) == [
        "00000045000000029000",
        "000000450000000200000046" + "AABBCCDD" + 12 * "00" + "9000",
    ]
    for left in range(68, -1, -1):
        assert ask(rides, RIDE + "08") == [f"{left:08X}{71 - left:08X}9000"]
    before = rides.kept
    assert ask(rides, RIDE, "80300083040000000200", "8030008304FFFFFFFF") == ["6985", "6985", "6985"]
    assert rides.kept is before


def test_only_the_municipality_raises(rides: InsertedCard) -> None:
    """INCREASE wants the application's key; above the limit it is refused and nothing changes."""
    assert ask(rides, RIDES, RAISE, RIDE, KEY, RAISE, RAISE) == ["9000", "6982", "9000", "9000", "9000", "6985"]
    assert ask(rides, COUNTER)[0].startswith("0000004600000003")


def test_pin_guards_what_it_was_made_for(points: InsertedCard) -> None:
    """With a PIN neither user id nor counter is touched before it; three wrong ones block it, the key opens still."""
    assert ask(points, RIDES, "00B0810000", COUNTER, RIDE, "00B0820008") == [
        "9000", "6982", "6982", "6982", "32303336313132309000",
    ]  # fmt: skip
    assert ask(points, PIN, RIDE, RAISE) == ["9000", "9000", "6982"]
    assert ask(points, WRONG_PIN, RIDE, WRONG_PIN, WRONG_PIN, PIN, "00200092") == [
        "63C2", "6982", "63C1", "63C0", "6984", "63C0",
    ]  # fmt: skip
    assert ask(points, KEY, RIDE, COUNTER)[:2] == ["9000", "9000"]


def test_pin_of_one_application_opens_no_other(profile: Profile) -> None:
    """The references have the same identifiers; another application's PIN counts for nothing, nor does a reset's."""
    other = msgspec.structs.replace(PIN_CARD, aid=bytes.fromhex("F0000000B2"), label="別", pin=b"1111")
    card = loaded_card(profile, PIN_CARD, other)
    assert ask(card, RIDES, PIN, RIDE, "00A4040C05F0000000B2", RIDE, RIDES, RIDE) == [
        "9000", "9000", "9000", "9000", "6982", "9000", "6982",
    ]  # fmt: skip
    assert ask(card, JPKI, "00200098", "0020009804343332 31".replace(" ", "")) == ["9000", "63C3", "63C2"]
    assert ask(card, RIDES, PIN) == ["9000", "9000"]
    card.reset()
    assert ask(card, RIDES, RIDE) == ["9000", "6982"]


def test_holder_and_municipality_change_their_secrets(points: InsertedCard) -> None:
    """CHANGE REFERENCE DATA as on every PIN: after VERIFY, in the right format."""
    assert ask(points, RIDES, "002401920435353535", PIN, "0024019203353535", "002401920435353535") == [
        "9000", "6982", "9000", "6A80", "9000",
    ]  # fmt: skip
    points.power_on()
    assert ask(points, RIDES, PIN, "002000920435353535") == ["9000", "63C2", "9000"]


def test_own_files_are_made_written_and_deleted(library: InsertedCard) -> None:
    """CREATE FILE, UPDATE BINARY, DELETE FILE by the key; the room comes back."""
    assert ask(library, MANAGER) == ["9000"]
    room = ask(library, "00B081000C")[0]
    create = create_file(5, 16, "02")
    assert ask(library, LIBRARY, create, KEY, create, create) == ["9000", "6982", "9000", "9000", "6A89"]
    assert ask(library, "00D6000E02BEEF", "00B0850010", "00D6000F02BEEF", "00D6001001FF", "00B0850010") == [
        "9000", 14 * "00" + "BEEF9000", "6A84", "6B00", 14 * "00" + "BEEF9000",
    ]  # fmt: skip
    library.power_on()
    assert ask(library, LIBRARY, "00B085000E", "00D6850001FF") == ["9000", 14 * "00" + "9000", "6982"]
    assert ask(library, KEY, "00E40000020005", "00B0850001", "00E40000020005", "00E40000020001") == [
        "9000", "9000", "6A82", "6A82", "6985",
    ]  # fmt: skip
    assert ask(library, MANAGER, "00B081000C") == ["9000", room]


def test_expiry_is_a_day(library: InsertedCard) -> None:
    """The municipality may write another day, the card refuses what is none; the user id stands beside it."""
    new = "00D68200083230343630313331"
    assert ask(library, LIBRARY, new, KEY, new, "00D68200083230343630323330", "00B0820008") == [
        "9000", "6982", "9000", "9000", "6A80", "32303436303133319000",
    ]  # fmt: skip


def test_what_does_not_fit_changes_nothing(profile: Profile) -> None:
    """A small free area holds one application; the second, and a file too large, are refused with 6A84."""
    card = powered(with_free_area(profile, 200))
    load(card, USER_CARD)
    before = card.kept
    second = install_command(RIDE_CARD, load_key=LOAD_KEY, serial=SERIAL, number=1)
    large = create_file(5, 256)
    assert ask(card, MANAGER, second.hex(), LIBRARY) == ["9000", "6A84", "9000"]
    assert card.kept is before
    assert ask(card, KEY, large) == ["9000", "6A84"]
    assert card.kept.loaded == before.loaded


def test_room_ends_at_the_last_byte(profile: Profile) -> None:
    """The manager's number is the truth: a file of exactly what is left fits, one byte more does not."""
    card = powered(with_free_area(profile))
    load(card, USER_CARD)
    left = int(ask(card, MANAGER, "00B0810000")[1][4:12], 16)
    most = left - 16
    assert ask(card, LIBRARY, KEY) == ["9000", "9000"]
    assert ask(card, create_file(5, most + 1), create_file(5, most)) == ["6A84", "9000"]
    assert ask(card, MANAGER, "00B0810000") == ["9000", "8004000000008104000000019000"]


def create(parameters: str) -> str:
    """CREATE FILE with these parameters in their template."""
    length = len(parameters) // 2
    return f"00E00000{length + 2:02X}62{length:02X}{parameters}"


def create_file(fid: int, size: int, access: str = "00") -> str:
    """CREATE FILE of a transparent file; unless told otherwise anybody may read and write it."""
    return create(f"8201018302{fid:04X}8002{size:04X}8601{access}")


def test_token_is_for_one_card_and_one_load(profile: Profile) -> None:
    """Not for another card, not twice, not for other objects: rides cannot be had back by loading them again."""
    card = powered(with_free_area(profile))
    install = install_command(RIDE_CARD, load_key=LOAD_KEY, serial=SERIAL, number=0)
    other_card = install_command(RIDE_CARD, load_key=LOAD_KEY, serial="9" * 16, number=0)
    other_key = install_command(RIDE_CARD, load_key=bytes(32), serial=SERIAL, number=0)
    bent = install.replace(b"mytaku-000042", b"mytaku-000043")
    assert ask(card, MANAGER, *hexes([other_card, other_key, bent, install])) == [
        "9000",
        "6982",
        "6982",
        "6982",
        "9000",
    ]
    assert ask(card, install.hex()) == ["6982"]
    delete = delete_command(RIDE_CARD.aid, load_key=LOAD_KEY, serial=SERIAL, number=1)
    assert ask(card, delete.hex(), delete.hex(), install.hex(), RIDES) == ["9000", "6982", "6982", "6A82"]
    again = install_command(RIDE_CARD, load_key=LOAD_KEY, serial=SERIAL, number=2)
    assert ask(card, again.hex(), again.hex()) == ["9000", "6982"]
    twice = install_command(RIDE_CARD, load_key=LOAD_KEY, serial=SERIAL, number=3)
    assert ask(card, twice.hex()) == ["6A8A"]


def test_deleted_application_leaves_nothing(points: InsertedCard) -> None:
    """Its files, its key and its PIN are gone; the card's own PINs stay."""
    before = set(points.kept.pins)
    delete = delete_command(PIN_CARD.aid, load_key=LOAD_KEY, serial=SERIAL, number=1)
    assert ask(points, MANAGER, delete.hex(), RIDES) == ["9000", "9000", "6A82"]
    assert not points.kept.loaded
    assert {name for name in before if not name.startswith("free.")} == set(points.kept.pins)


@pytest.mark.parametrize("aid", ["D392F000260100000001", "A0000001510000", "F04B415A4153484901"])
def test_names_that_are_taken(profile: Profile, aid: str) -> None:
    """No application takes the name of the JPKI application, of the issuer's domain, or of the manager."""
    card = powered(with_free_area(profile))
    thief = msgspec.structs.replace(USER_CARD, aid=bytes.fromhex(aid))
    install = install_command(thief, load_key=LOAD_KEY, serial=SERIAL, number=0)
    assert ask(card, MANAGER, install.hex()) == ["9000", "6A8A"]


@pytest.mark.parametrize(
    "change",
    [
        {"aid": b"\xf0\x00\x00\x00"}, {"aid": b"\xf0" + bytes(16)}, {"label": ""}, {"label": "長" * 11},
        {"user_id": b""}, {"user_id": b"x" * 65}, {"expiry": "20360230"}, {"expiry": "2036011"}, {"expiry": "2036112x"},
        {"own_key": bytes(15)}, {"pin": b"12345"}, {"pin": b"12a4"},
    ],
    ids=str,
)  # fmt: skip
def test_application_that_cannot_be(profile: Profile, change: dict[str, object]) -> None:
    """Names, ids, dates, keys and PINs outside their bounds: 6A80, though the token is right, and nothing changed."""
    card = powered(with_free_area(profile))
    wanted = msgspec.structs.replace(USER_CARD, **change)
    before = card.kept
    assert ask(card, MANAGER, install_command(wanted, load_key=LOAD_KEY, serial=SERIAL, number=0).hex()) == [
        "9000", "6A80",
    ]  # fmt: skip
    assert card.kept is before


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        pytest.param("00E0000000", "6A80", id="create nothing"),
        pytest.param("00E0010000", "6A86", id="create P1"),
        pytest.param(create("8201018302000580020010860103"), "6A80", id="nobody of that kind"),
        pytest.param(create("8201018302000580020010860110"), "6A80", id="PIN of an application without"),
        pytest.param(create("8201018302001180020010860100"), "6A80", id="identifier of the key"),
        pytest.param(create("8201018302001F80020010860100"), "6A80", id="identifier 1F"),
        pytest.param(create("8201018302000080020010860100"), "6A80", id="identifier 0"),
        pytest.param(create("8201018302000580020000860100"), "6A80", id="size 0"),
        pytest.param(create("8201028302000580020010860100"), "6A80", id="another kind"),
        pytest.param(create("8201018201018302000580020010860100"), "6A80", id="kind twice"),
        pytest.param(create("82010683020005810400000000860100"), "6A80", id="limit 0"),
        pytest.param("00E40100020005", "6A86", id="delete P1"),
        pytest.param("00E40000010F", "6700", id="delete one byte"),
        pytest.param("00D68100", "6700", id="update without data"),
        pytest.param("00D6FF0001AA", "6A86", id="update P1"),
        pytest.param("00D69100" + "01AA", "6981", id="update the key"),
        pytest.param("00D6830001AA", "6981", id="update the counter"),
        pytest.param("00D6850001AA", "6A82", id="update what is not there"),
        pytest.param("80300083", "6700", id="decrease without amount"),
        pytest.param("803000830400000000", "6A80", id="decrease by nothing"),
        pytest.param("8030008315" + 21 * "01", "6700", id="decrease, mark too long"),
        pytest.param("803001830400000001", "6A86", id="decrease P1"),
        pytest.param("803000030400000001", "6A86", id="decrease P2"),
        pytest.param("803000810400000001", "6981", id="decrease the user id"),
        pytest.param("803000910400000001", "6981", id="decrease the key"),
        pytest.param("80E60C0000", "6985", id="install outside the manager"),
    ],
)
def test_refused_and_nothing_changed(rides: InsertedCard, command: str, sw: str) -> None:
    """Each bad command has its word and leaves rides, files and tries as they were."""
    assert ask(rides, RIDES, KEY) == ["9000", "9000"]
    before = rides.kept
    assert ask(rides, command) == [sw]
    assert rides.kept is before


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("80E60C0000", "6A80"), ("80E6000000", "6A86"), ("80E60C00024F00", "6A80"), ("80E60C00028E00", "6982"),
        ("00E4000000", "6A80"), ("00E40000034F01AA", "6A80"), ("00E0000000", "6985"), ("00D6810001AA", "6985"),
        ("803000830400000001", "6985"), ("803400830400000001", "6985"),
    ],
)  # fmt: skip
def test_refused_by_the_manager(rides: InsertedCard, command: str, sw: str) -> None:
    """What the manager does not take, it refuses, and nothing changes."""
    before = rides.kept
    assert ask(rides, MANAGER, command) == ["9000", sw]
    assert rides.kept is before


@pytest.mark.parametrize(
    "command", ["80E60C0000", "00E4000000", "00E0000000", "00D6000000", "8030008000", "8034008000"]
)
def test_card_without_a_free_area_knows_nothing_of_it(card: InsertedCard, command: str) -> None:
    """Its answers are those of before: no manager, unknown instructions (spec/card.md §2.6: 6A82)."""
    assert ask(card, MANAGER, command) == ["6A82", "6D00"]
    assert ask(card, JPKI, command) == ["9000", "6D00"]


def test_loaded_application_survives_the_folder(profile: Profile, tmp_path: Path) -> None:
    """Rides are on the disk: the next process finds them, and the card as it was personalised stays as it was."""
    folder = tmp_path / "card"
    save_card(with_free_area(profile), folder)
    card = InsertedCard(*load_card(folder))
    card.power_on()
    load(card, RIDE_CARD)
    ask(card, RIDE, RIDE)
    card.close()
    again = InsertedCard(*load_card(folder))
    again.power_on()
    assert again.profile == with_free_area(profile)
    assert ask(again, RIDES, COUNTER)[1].startswith("0000004400000003")
    again.close()


def test_kept_state_with_applications_needs_a_free_area(profile: Profile, rides: InsertedCard) -> None:
    """A card that has no free area does not take over what was loaded into another."""
    with pytest.raises(ValueError, match="it has no free area"):
        InsertedCard(profile, MemoryStore(rides.kept))


def test_trace_names_what_was_loaded_and_hides_its_secrets(profile: Profile) -> None:
    """Key and PIN of INSTALL are masked; files of loaded applications have their names."""
    trace = Trace()
    card = InsertedCard.unused(with_free_area(profile), trace)
    card.power_on()
    for command in load_commands(PIN_CARD, load_key=LOAD_KEY, serial=SERIAL, number=0):
        card.transmit(command)
    ask(card, "00B0830000")
    text = "\n".join(decode(line) for line in trace)
    assert "INSTALL [条例利用領域]" in text
    assert "READ BINARY [ポイント 0004 データ]" in text
    assert not any(OWN_KEY in line.command or b"4321" in line.command for line in trace)


def hexes(commands: Iterable[bytes]) -> list[str]:
    """The commands as `ask` takes them."""
    return [command.hex() for command in commands]


def test_select_command_is_what_a_client_sends() -> None:
    """The generic application's AID, as this file writes it out."""
    assert select_command(RIDE_CARD.aid).hex().upper() == RIDES

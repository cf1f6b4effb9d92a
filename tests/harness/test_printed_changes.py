"""What a municipality does to a card at a move: the chip's text is rewritten, the print stays, the sign panel grows."""

from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from cardsim.applications import text, visual
from cardsim.faces.printed import Change
from cardsim.files import File
from cardsim.tlv import parse_all, parse_one
from harness.errors import ConfigurationError
from harness.events import Changes
from harness.jlis.life_events import LifeEvent
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard
from harness.printed_card import FirstPrint, WrittenChange, printed_on, read_printed, save_printed
from harness.slots import Slots
from harness.world import World
from tests.harness.test_control_slots import clients, done

BORN = date(1980, 2, 17)
OLD, NEW = "試験県葵市一丁目１番地", "試験県若葉市二丁目２番地２"


@pytest.fixture
def holder(world: World) -> str:
    """Somebody with a card of 1 December 2026."""
    return world.new_resident(name="試験　花子", address=OLD, municipality=AOI.code, birth_date=BORN, with_card=True).id


def body(card: IssuedCard, aid: bytes, fid: int) -> bytes:
    """A transparent file."""
    element = card.profile.applications[aid].elements[fid]
    assert isinstance(element, File)
    return element.body


def objects(record: bytes) -> dict[int, bytes]:
    """The objects of a record by tag."""
    return {each.tag: each.value for each in parse_all(parse_one(record)[0].value)}


def moved(world: World, holder: str) -> None:
    """Into another municipality, and renamed a month later."""
    world.clock.advance(timedelta(days=10))
    world.happen(holder, LifeEvent.MOVED_IN, Changes(municipality=WAKABA.code, address=NEW))
    world.clock.advance(timedelta(days=30))
    world.happen(holder, LifeEvent.NAME_CHANGED, Changes(name="見本　花子"))


CHANGES = (Change(date(2026, 12, 11), f"住所 {NEW}"), Change(date(2027, 1, 10), "氏名 見本　花子"))


def test_the_print_stays_and_the_sign_panel_grows(world: World, holder: str) -> None:
    """Name and address of the first print; a line for each change, with the day in Japan and what it is now."""
    assert world.printed_on_card_of(holder).changes == ()
    moved(world, holder)
    card, first = world.card_of(holder), world.printed_on_card_of(holder)
    printed = printed_on(card.profile, first=first)
    assert (printed.name, printed.address) == ("試験　花子", OLD)
    assert printed.changes == CHANGES
    assert printed.code_b == card.profile.applications[text.AID].elements[text.CODE_B].initial.decode()  # type: ignore[union-attr]


def test_the_chip_says_what_is_true_now(world: World, holder: str) -> None:
    """Text 0002 has the new name and address, 0003 hashes them; the pictures of the visual AP stay as printed."""
    before = world.card_of(holder)
    moved(world, holder)
    after = world.card_of(holder)
    said = objects(body(after, text.AID, text.ATTRIBUTES))
    assert (said[0xDF22].decode(), said[0xDF23].decode()) == ("見本　花子", NEW)
    assert body(after, text.AID, text.INTEGRITY) != body(before, text.AID, text.INTEGRITY)
    assert body(after, text.AID, text.NUMBER) == body(before, text.AID, text.NUMBER)
    for fid in (visual.FACE_RECORD, visual.BIRTH_RECORD, visual.CVC, visual.INFORMATION):
        assert body(after, visual.AID, fid) == body(before, visual.AID, fid), fid


def test_who_moved_out_has_nothing_written_until_they_arrive(world: World, holder: str) -> None:
    """転出 writes nothing; a lost card is written on by nobody."""
    world.clock.advance(timedelta(days=1))
    world.happen(holder, LifeEvent.MOVED_OUT)
    assert world.printed_on_card_of(holder).changes == ()
    world.lose(holder)
    world.happen(holder, LifeEvent.MOVED_IN, Changes(municipality=WAKABA.code, address=NEW))
    assert world.printed_on_card_of(holder).changes == ()


def test_a_new_card_begins_with_an_empty_panel(world: World, holder: str) -> None:
    """What stood on the panel of the old one is printed on the new one."""
    moved(world, holder)
    world.happen(holder, LifeEvent.CARD_REISSUED)
    first = world.printed_on_card_of(holder)
    assert (first.name, first.address, first.changes) == ("見本　花子", NEW, ())


def test_everything_that_can_change_has_a_line(world: World) -> None:
    """Sex, birth date, and the last day of a foreign resident's card, whose birth date is printed in Western years."""
    holder = world.new_resident(
        birth_date=BORN, sex="1", nationality="USA", residence_until=date(2027, 12, 31), with_card=True
    ).id
    world.happen(holder, LifeEvent.SEX_CHANGED, Changes(sex="2"))
    world.happen(holder, LifeEvent.BIRTH_DATE_CORRECTED, Changes(birth_date=date(1980, 2, 18)))
    world.happen(holder, LifeEvent.RESIDENCE_PERIOD_CHANGED, Changes(residence_until=date(2028, 12, 31)))
    first = world.printed_on_card_of(holder)
    assert first.western_birth
    assert [each.text for each in first.changes] == ["性別 女", "生年月日 1980.02.18", "有効期限 2028.12.31"]
    assert (first.sex, first.birth_date, first.expiry) == ("1", BORN, date(2027, 12, 31))


def test_the_door_tells_what_is_printed(world: World, holder: str) -> None:
    """With the card itself; a phone and the next card have no faces."""
    moved(world, holder)
    world.happen(holder, LifeEvent.SIGNATURE_ISSUED)
    world.happen(holder, LifeEvent.PHONE_BOUND)
    with Slots() as slots:
        for client in clients(world, slots):
            told = _card(client, holder)
            assert told["printed"]["changes"][0] == {"day": "2026-12-11", "text": f"住所 {NEW}"}
            assert all("printed" not in _card(client, holder, form=form) for form in ("android", "iphone", "next"))
            assert _card(client, holder, variant="cloned")["printed"] == told["printed"]


def _card(client: httpx.Client, holder: str, **which: str) -> dict[str, dict[str, list[object]]]:
    found: dict[str, dict[str, list[object]]] = done(client.get(f"/v1/residents/{holder}/card", params=which))
    return found


def test_what_is_printed_goes_with_the_folder(tmp_path: Path) -> None:
    """Written and read back; a garbled file is one line, an absent one is nothing."""
    first = FirstPrint("試験", OLD, BORN, "2", date(2035, 2, 17), changes=(WrittenChange(BORN, "住所"),))
    assert read_printed(tmp_path) is None
    save_printed(first, tmp_path)
    assert read_printed(tmp_path) == first
    (tmp_path / "printed.json").write_text("{", encoding="ascii")
    with pytest.raises(ConfigurationError, match="expected what is printed"):
        read_printed(tmp_path)

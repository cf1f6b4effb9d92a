"""The journal tells of every request, and whoever reads it over HTTP can read every line."""

import threading

import httpx
import msgspec
import pytest
from jsonschema import Draft202012Validator

from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.control_messages import JournalPage
from harness.doors.server import Served
from harness.jlis.journal import Entry, Journal
from harness.world import World
from tests.harness.asking import cert_id, handmade, tlv
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        pytest.param(b"\x00", "0", id="zero"),
        pytest.param(b"\xff", "-1", id="negative"),
        pytest.param(b"\x80\x00", "-8000", id="negative, two octets"),
        pytest.param(b"\x7f" + b"\xff" * 19, "7f" + "ff" * 19, id="20 octets"),
        pytest.param(b"\x7f" + bytes(4000), "7f" + "00" * 4000, id="4001 octets"),
    ],
)
def test_any_serial_number_that_was_asked_for_can_be_read(world: World, octets: bytes, shown: str) -> None:
    """A hostile number is unknown and journalled; the page still is what its own type and description say."""
    asked = handmade([tlv(0x30, cert_id(world, Kind.AUTH, 1)[2:-6], tlv(0x02, octets))])
    answer = world.jlis.ocsp(Kind.AUTH, asked, NOW)
    assert answer.said == "unknown"
    world.journal.write(Entry(NOW, "ocsp", "auth", answer.serial, None, answer.said, 200))
    proof = {"authorization": "Bearer t"}
    with Served(ControlDoor(world, "t").app) as served:
        page = httpx.get(f"{served.url}/v1/journal", headers=proof, trust_env=False)
        described = httpx.get(f"{served.url}/v1/openapi.json", headers=proof, trust_env=False).json()
    (line,) = msgspec.json.decode(page.content, type=JournalPage).entries
    assert line.serial == shown
    schema = {"$ref": "#/components/schemas/JournalPage", "components": described["components"]}
    Draft202012Validator(schema).validate(page.json())


def test_threads_lose_no_line() -> None:
    """Eight threads write 250 lines each: 2000 lines, each thread's in its own order."""
    journal = Journal()

    def write(writer: int) -> None:
        for number in range(250):
            journal.write(Entry(NOW, "ocsp", "auth", number, str(writer), "good", 200))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    lines = journal.since(0)
    assert len(lines) == journal.mark() == 2000
    for writer in range(8):
        assert [line.serial for line in lines if line.partition == str(writer)] == list(range(250))


def test_what_was_handed_out_does_not_change_afterwards() -> None:
    """Lines after a mark are a copy: neither a later request nor the reader can alter what was evidence."""
    journal = Journal()
    journal.write(Entry(NOW, "ocsp", "auth", 1, None, "good", 200))
    mark = journal.mark()
    journal.write(Entry(NOW, "crl", "sign", None, "48201", "list 4061", 200))
    found = journal.since(mark)
    found.clear()
    assert [line.door for line in journal.since(mark)] == ["crl"]
    assert [line.door for line in journal.since(0)] == ["ocsp", "crl"]

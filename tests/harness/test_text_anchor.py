"""The text application outside: a shell script, openssl and the exported anchor verify number and attributes."""

import subprocess
from pathlib import Path

import pytest

from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from harness.contract.messages import AuthorityAnchor, CardIssuerAnchor
from harness.doors.control_messages import Anchors
from harness.events import Changes
from harness.jlis.life_events import LifeEvent
from harness.personalisation import IssuedCard
from harness.trust.export import export
from harness.trust.material import material
from harness.world import World

SCRIPT = Path(__file__).parents[1] / "real_clients" / "verify_text.sh"
SELECT_TEXT = "00A4040C0AD3921000310001010408"
PIN = "002000910431323334"
FILES = {"cvc": "04", "integrity": "03", "number": "01", "attributes": "02"}
VISUAL_ANCHOR, TEXT_ANCHOR = (f"card-issuer-3630303030{digit}33080530303100000000.pem" for digit in ("32", "33"))


@pytest.fixture
def anchors(world: World, tmp_path: Path) -> Path:
    """The anchors of the world as a vendor gets them."""
    trust = world.trust()
    authorities = [AuthorityAnchor(kind=kind, certificate=der) for kind, der in trust.anchors()]
    issuers = [CardIssuerAnchor(key_id=key_id, key=key) for key_id, key in trust.card_issuers]
    export(material(Anchors(authorities=authorities, card_issuers=issuers)), tmp_path / "trust")
    return tmp_path / "trust"


def read_into(folder: Path, card: IssuedCard) -> None:
    """The four files, physically, as a terminal reads them after the PIN."""
    connection = InProcessConnection(InsertedCard.unused(card.profile))
    connection.connect()
    for command in (SELECT_TEXT, PIN):
        assert connection.transmit(list(bytes.fromhex(command)))[1:] == (0x90, 0x00)
    for name, sfi in FILES.items():
        data, *status = connection.transmit(list(bytes.fromhex(f"00B0{0x80 + int(sfi, 16):02X}00000000")))
        assert status == [0x90, 0x00], name
        (folder / name).write_bytes(bytes(data))
    connection.disconnect()


def judged(folder: Path, anchor: Path) -> tuple[int, str]:
    """What the script says; its environment is the system's own."""
    run = subprocess.run(
        [str(SCRIPT), str(anchor), *(str(folder / name) for name in FILES)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return run.returncode, run.stdout


def test_a_card_of_the_world_verifies_under_the_exported_anchor(world: World, anchors: Path, tmp_path: Path) -> None:
    """Under the key 6000033 all four steps, for a short record and a long one; under the visual key the first fails."""
    for address in ("試験県葵市一丁目１番地", "試験県葵市" + "一丁目１番地　" * 12):
        resident = world.new_resident(address=address)
        read_into(tmp_path, world.issue_card(resident.id))
        assert judged(tmp_path, anchors / TEXT_ANCHOR) == (0, f"signed: number {resident.number}\n")
    assert judged(tmp_path, anchors / VISUAL_ANCHOR) == (1, "step 1: the anchor did not sign this CVC\n")


def test_a_card_that_was_written_on_verifies_again(world: World, anchors: Path, tmp_path: Path) -> None:
    """A move rewrites 0002 and 0003 together: the new address verifies, the old file under the new record does not."""
    card = world.issue_card(world.new_resident().id)
    read_into(tmp_path, card)
    old = (tmp_path / "attributes").read_bytes()
    world.happen(card.resident.id, LifeEvent.MOVED_WITHIN, Changes(address="試験県葵市別町９番地"))
    read_into(tmp_path, world.card_of(card.resident.id))
    assert judged(tmp_path, anchors / TEXT_ANCHOR)[0] == 0
    (tmp_path / "attributes").write_bytes(old)
    assert judged(tmp_path, anchors / TEXT_ANCHOR)[0] == 4


def test_every_octet_counts(world: World, anchors: Path, tmp_path: Path) -> None:
    """One bit in what is signed, the filler of the number file among it, and the script says at which step."""
    read_into(tmp_path, world.issue_card(world.new_resident().id))
    for name, offset, step in (
        ("cvc", 100, 1), ("cvc", 500, 1), ("integrity", 20, 2), ("integrity", 60, 2), ("integrity", 200, 2),
        ("number", 14, 3), ("number", 16, 3), ("attributes", 30, 4), ("attributes", 60, 4),
    ):  # fmt: skip
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])
        assert judged(tmp_path, anchors / TEXT_ANCHOR)[0] == step, (name, offset)
        (tmp_path / name).write_bytes(content)
    assert judged(tmp_path, anchors / TEXT_ANCHOR)[0] == 0

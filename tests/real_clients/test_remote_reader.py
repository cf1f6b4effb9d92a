"""The card on one machine, the reader on another: vsmartcard's drivers listen, on Windows too, and the card calls."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cardsim.applications import jpki
from cardsim.faults import ReaderUnreachable
from cardsim.files import File
from cardsim.folder import save_card
from cardsim.profile import Profile
from cardsim.readers.vpcd import Address, parse_address
from harness.pcsc_lane import OUR_READER, PcscLane
from harness.pcsc_lane.readers import await_card, await_empty, slot_of
from tests.real_clients.doors import ROOT, await_that, door_command, open_door, powered
from tests.real_clients.two_machines import OtherMachine, another_machine

SECONDS = 60


@pytest.fixture
def card(profile: Profile, tmp_path: Path) -> Path:
    """A card in a folder."""
    save_card(profile, tmp_path / "card")
    return tmp_path / "card"


@pytest.fixture
def elsewhere(lane: PcscLane) -> Iterator[OtherMachine]:
    """The other machine."""
    with another_machine(lane) as machine:
        yield machine


def test_a_client_reads_a_card_of_another_machine(
    lane: PcscLane, elsewhere: OtherMachine, profile: Profile, card: Path
) -> None:
    """pkcs15-tool beside pcscd reads the certificate of the card that a process in the other network serves."""
    with open_door(card, remote(lane, elsewhere), before=elsewhere.before) as door:
        await_card(slot_of(OUR_READER))
        read = subprocess.run(
            [*lane.daemon.door_prefix(), "pkcs15-tool", "--read-certificate", "01"],
            env={**lane.environment, "PATH": "/usr/bin:/bin", "OPENSC_DRIVER": "jpki"},
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
        assert read.returncode == 0, read.stderr
        assert x509.load_pem_x509_certificate(read.stdout).public_bytes(Encoding.DER) == certificate(profile)
        assert "warning: 192.0.2.1:" in door.said()
        assert "unencrypted, PINs too" in door.said()
        assert "暗号化されずに送られます" in door.said()
    await_empty(slot_of(OUR_READER))


def test_the_other_machine_has_no_reader_of_its_own(lane: PcscLane, elsewhere: OtherMachine, card: Path) -> None:
    """What the proof above rests on: there the same port of the loopback reaches nobody, and the door says so."""
    refused = subprocess.run(
        [*elsewhere.before, *door_command(card, f"127.0.0.1:{lane.daemon.ports[OUR_READER]}", "--wait=0")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith("no reader at 127.0.0.1:")
    assert refused.stderr.count("\n") == 1


def test_a_remote_card_comes_back_after_the_driver(lane: PcscLane, elsewhere: OtherMachine, card: Path) -> None:
    """pcscd killed on its machine and begun again: the card's process finds it again across the cable."""
    with open_door(card, remote(lane, elsewhere), "--reconnect", before=elsewhere.before) as door:
        await_card(slot_of(OUR_READER))
        with lane.driver_down():
            await_that(lambda: "the reader is gone" in door.said(), "the door's word that its reader left")
        await_card(slot_of(OUR_READER))
        assert door.process.poll() is None
    await_empty(slot_of(OUR_READER))


def test_a_slot_that_is_taken_says_nothing_and_is_named(
    lane: PcscLane, profile: Profile, card: Path, tmp_path: Path
) -> None:
    """vpcd takes the second card's connection and asks it nothing: it is told why; the first one out, it is in."""
    save_card(profile, tmp_path / "second")
    first = lane.insert(card)
    where = f"127.0.0.1:{lane.daemon.ports[OUR_READER]}"
    trace = tmp_path / "second.jsonl"
    with open_door(tmp_path / "second", where, f"--trace={trace}", before=lane.daemon.door_prefix()) as door:
        await_that(lambda: "another card is in that slot, or it is no vpcd" in door.said(), "a word about silence")
        # Not `remove`: between the cards the slot is empty for one look of pcscd, 0.4 s, which nobody need have seen.
        os.kill(first.pid, signal.SIGTERM)
        assert first.wait(SECONDS) == 0
        await_that(lambda: powered(trace), "power for the second card")
        await_card(slot_of(OUR_READER))
    await_empty(slot_of(OUR_READER))


@pytest.mark.parametrize(
    ("text", "address", "here"),
    [
        ("127.0.0.1:35963", Address("127.0.0.1", 35963), True),
        ("127.1.2.3", Address("127.1.2.3", 35963), True),
        ("localhost:1", Address("localhost", 1), True),
        ("[::1]:35964", Address("::1", 35964), True),
        ("[2001:db8::1]", Address("2001:db8::1", 35963), False),
        ("192.0.2.1:35963", Address("192.0.2.1", 35963), False),
        ("0.0.0.0:35963", Address("0.0.0.0", 35963), False),  # noqa: S104 - a mistake to be warned of
        ("bench.example:9", Address("bench.example", 9), False),
        ("localhost.example:9", Address("localhost.example", 9), False),
    ],
)
def test_an_address_is_read_and_known_as_here_or_elsewhere(text: str, address: Address, *, here: bool) -> None:
    """HOST:PORT, the port left out, IPv6 in brackets; whatever may leave this machine is warned of."""
    assert parse_address(text) == address
    assert address.is_here() == here
    assert (address.warning() is None) == here


@pytest.mark.parametrize(
    "text", ["", ":35963", "::1", "::1:35963", "host:", "host:x", "host:-1", "[::1]x", "[]:1", "host:１"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """One line names what was written and shows what is expected."""
    with pytest.raises(ReaderUnreachable, match="expected HOST:PORT"):
        parse_address(text)


def test_an_ipv6_address_is_written_in_brackets() -> None:
    """As it was read."""
    assert [str(parse_address(text)) for text in ("[::1]:5", "host:5")] == ["[::1]:5", "host:5"]


def remote(lane: PcscLane, elsewhere: OtherMachine) -> str:
    """Our reader's address on pcscd's machine, as the other machine writes it."""
    return f"{elsewhere.reader_host}:{lane.daemon.ports[OUR_READER]}"


def certificate(profile: Profile) -> bytes:
    """The authentication certificate on the card, without what fills its file up."""
    file = profile.applications[jpki.AID].elements[jpki.AUTH_CERTIFICATE]
    assert isinstance(file, File)
    return file.body[: 4 + int.from_bytes(file.body[2:4], "big")]

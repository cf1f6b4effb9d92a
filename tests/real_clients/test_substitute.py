"""The test substitute of PC/SC: labelled wherever one looks, and indistinguishable in what it answers to programs."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import LaneUnavailable, PcscLane
from harness.pcsc_substitute import LABEL, SubstituteLane, running_substitute_lane
from tests.real_clients.certificate_program import CHALLENGE
from tests.real_clients.doors import ROOT
from tests.real_clients.programs import Bench
from tests.real_clients.test_opensc import openssl_verifies, public_key, tries_shown
from tests.real_clients.test_traces import facts

SECONDS = 60
OUR_SLOT = "Kazashi Virtual Reader (SUBSTITUTE, not pcscd) 00 00"
SIGN = ("pkcs11-tool", "--module", "opensc-pkcs11.so", "--login", "--pin", "1234", "--sign", "-m", "SHA256-RSA-PKCS")


@pytest.fixture
def substitute() -> Iterator[SubstituteLane]:
    """A substitute lane for one test: its library must not reach the programs of a test that means pcscd."""
    with running_substitute_lane() as running:
        yield running


@pytest.fixture
def replaced(substitute: SubstituteLane, profile: Profile, tmp_path: Path) -> Bench:
    """A fresh card in the substitute's reader; the lane has the shape of the real one, as far as a bench uses it."""
    bench = Bench(cast("PcscLane", substitute), tmp_path / "replaced", tmp_path / "replaced.jsonl")
    save_card(profile, bench.folder)
    bench.insert("Kazashi Virtual Reader")
    return bench


def run(module: str, *arguments: str, lane: PcscLane | SubstituteLane) -> subprocess.CompletedProcess[str]:
    """A program of ours as a process of its own, which has one PC/SC library from start to end."""
    return subprocess.run(
        [sys.executable, "-m", f"tests.real_clients.{module}", *arguments],
        cwd=ROOT,
        env={**os.environ, **lane.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_every_answer_of_pcsc_is_pcscds(bench: Bench, profile: Profile, tmp_path: Path) -> None:
    """50 calls, refusals, waits and resets among them: result and content are the same, one by one."""
    real = run("pcsc_probe", bench.card.slot, f"{bench.card.slot[:-1]}1", lane=bench.lane)
    assert real.returncode == 0, real.stderr
    assert LABEL not in real.stderr
    with running_substitute_lane() as lane:
        save_card(profile, tmp_path / "twin")
        slot = lane.insert(tmp_path / "twin").slot
        played = run("pcsc_probe", slot, f"{slot[:-1]}1", lane=lane)
    assert played.returncode == 0, played.stderr
    assert LABEL in played.stderr
    assert len(real.stdout.splitlines()) >= 50
    assert played.stdout.splitlines() == real.stdout.splitlines()


def test_conditions_of_the_slot_are_those_of_the_other_lane(
    substitute: SubstituteLane, profile: Profile, tmp_path: Path
) -> None:
    """A contactless slot tells `scriptor` the card's number, four bytes; a contact one 6E00; another is refused."""
    save_card(profile, tmp_path / "card")
    with pytest.raises(ValueError, match="slot 'wireless': expected contact or contactless"):
        substitute.insert(tmp_path / "card", conditions="wireless")
    (tmp_path / "script").write_text("FF CA 00 00 00\n", encoding="ascii")
    for conditions, answered in (("contactless:fast", 4 + 2), ("contact", 2)):
        card = substitute.insert(tmp_path / "card", conditions=conditions)
        said = subprocess.run(
            ["scriptor", "-r", card.slot, str(tmp_path / "script")],
            env={**os.environ, **substitute.environment}, capture_output=True, text=True, check=True, timeout=SECONDS,
        ).stdout  # fmt: skip
        card.remove()
        answer = re.search(r"^< ((?:[0-9A-F]{2} )+)", said, re.MULTILINE)
        assert answer is not None, said
        assert len(answer[1].split()) == answered, said


def test_a_terminal_on_pyscard_leaves_the_same_trace(bench: Bench, profile: Profile, tmp_path: Path) -> None:
    """Our terminal reads the certificate and signs; certificate, signature and every APDU equal those through pcscd."""
    real = run("certificate_program", bench.card.slot, lane=bench.lane)
    assert real.returncode == 0, real.stderr
    with running_substitute_lane() as lane:
        twin = twin_bench(lane, profile, tmp_path)
        played = run("certificate_program", OUR_SLOT, lane=lane)
    assert played.returncode == 0, played.stderr
    name, *content, library = played.stdout.splitlines()
    assert name == OUR_SLOT
    assert "pcsc-substitute" in library
    assert content == real.stdout.splitlines()[1:-1]
    assert "pcsc-substitute" not in real.stdout
    certificate, signature = map(bytes.fromhex, content)
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signature, CHALLENGE, PKCS1v15(), SHA256())
    assert facts(twin.commands()) == facts(bench.commands())
    assert len(twin.commands()) > 5


def test_opensc_leaves_the_same_trace(bench: Bench, profile: Profile, tmp_path: Path) -> None:
    """`pkcs15-tool -D`, drivers probed too, and a signature through PKCS#11: the same APDUs, the same answers."""
    commands = ((("pkcs15-tool", "-D"), "jpki"), (("pkcs15-tool", "-D"), None), (sign(tmp_path), "jpki"))
    shown = [bench.run(*command, driver=driver) for command, driver in commands]
    with running_substitute_lane() as lane:
        twin = twin_bench(lane, profile, tmp_path)
        replayed = [twin.run(*command, driver=driver) for command, driver in commands]
    assert [done.returncode for done in (*shown, *replayed)] == [0] * 6
    assert [LABEL in done.stderr for done in (*shown, *replayed)] == [False] * 3 + [True] * 3
    assert [done.stdout for done in replayed] == [done.stdout for done in shown]
    assert facts(twin.commands()) == facts(bench.commands())
    assert len(twin.commands()) > 40


def test_opensc_shows_the_card_and_its_signature_verifies(replaced: Bench, tmp_path: Path) -> None:
    """3 and 5 tries; OpenSSL accepts the signature under the certificate's key, and no other message."""
    assert tries_shown(replaced.run("pkcs15-tool", "-D").stdout) == {
        "User Authentication PIN": 3,
        "Digital Signature PIN": 5,
    }
    assert replaced.run(*sign(tmp_path)).returncode == 0
    key, message, signature = tmp_path / "key.pem", tmp_path / "message", tmp_path / "signature"
    key.write_text(public_key(replaced, "01", "1234"), encoding="ascii")
    assert openssl_verifies(message, signature, key)
    message.write_bytes(b"A challenge of thirty-two octets")
    assert not openssl_verifies(message, signature, key)


@pytest.mark.parametrize("through", ["pcscd", "substitute"])
def test_a_card_that_is_killed_is_removed_and_a_dead_program_lets_go(
    through: str, request: pytest.FixtureRequest
) -> None:
    """The program that held it exclusively is told 80100069; once that program ends, another one has the card."""
    bench: Bench = request.getfixturevalue("bench" if through == "pcscd" else "replaced")
    slot = bench.card.slot
    command = [sys.executable, "-m", "tests.real_clients.removed_probe", slot]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **bench.lane.environment}, stdin=pipe, stdout=pipe, text=True
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "connected 0\n"
            assert bench.run("pkcs15-tool", "-D").returncode != 0
            bench.card.kill()
            bench.insert("Kazashi Virtual Reader")
            said, _ = program.communicate("\n", timeout=SECONDS)
            assert said == "80100069 ['80100069', '']\n"
        finally:
            program.kill()
    shown = bench.run("pkcs15-tool", "-D")
    assert shown.returncode == 0, shown.stderr


@pytest.mark.usefixtures("lane")
def test_a_process_that_has_pcscds_library_does_not_get_the_substitutes(
    lane: PcscLane, substitute: SubstituteLane
) -> None:
    """One process, one library: the lane refuses its own process, and says how to mend it."""
    assert (lane.kind, substitute.kind, substitute.label) == ("pcscd", "substitute", LABEL)
    with pytest.raises(LaneUnavailable, match=r"is loaded in this process already.*a program of its own"):
        substitute.connected()


def test_a_process_that_has_the_substitutes_library_is_refused_by_the_real_lane(
    profile: Profile, tmp_path: Path
) -> None:
    """pyscard in that process talks to the substitute; a lane of pcscd is refused there; kill -9 leaves no process."""
    save_card(profile, tmp_path / "card")
    command = [sys.executable, "-m", "tests.real_clients.substitute_owner", str(tmp_path / "card")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        name, library, refusal, processes = (owner.stdout.readline().strip() for _ in range(4))
        card, broker, place = processes.split()
        watched = [os.pidfd_open(int(pid)) for pid in (card, broker)]
        owner.kill()
        ended = [bool(select.select([descriptor], [], [], 20)[0]) for descriptor in watched]
        for descriptor in watched:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            os.close(descriptor)
        Path(place).unlink(missing_ok=True)
        Path(place).parent.rmdir()
    assert name == OUR_SLOT
    assert "pcsc-substitute" in library
    assert refusal.endswith("this process has the test substitute of PC/SC loaded; use pcscd from another one")
    assert ended == [True, True]


def test_nothing_is_left_of_a_lane(profile: Profile, tmp_path: Path) -> None:
    """After a failure in the middle: no broker, no card's process, no folder, the environment as it was."""
    save_card(profile, tmp_path / "card")
    before = dict(os.environ)
    seen: list[tuple[int, int, Path]] = []

    def fail() -> None:
        with running_substitute_lane() as lane:
            card = lane.insert(tmp_path / "card")
            seen.append((card.pid, lane.broker, Path(lane.environment["KAZASHI_PCSC_SOCKET"])))
            raise KeyError("something went wrong in the middle")

    with pytest.raises(KeyError, match="in the middle"):
        fail()
    ((card, broker, place),) = seen
    assert dict(os.environ) == before
    assert not place.parent.exists()
    assert [pid for pid in (card, broker) if Path("/proc", str(pid)).exists()] == []


def test_without_a_broker_a_program_is_told_that_there_is_no_service(
    substitute: SubstituteLane, lane: PcscLane
) -> None:
    """With our library and nobody to ask, PC/SC says no service; it does not look for a real pcscd."""
    for place in ("/nowhere", "x" * 200, ""):
        nobody = {**os.environ, **lane.environment, **substitute.environment, "KAZASHI_PCSC_SOCKET": place}
        told = subprocess.run(
            ["opensc-tool", "--list-readers"], env=nobody, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert "No smart card readers found" in told.stdout
        assert LABEL in told.stderr


@pytest.mark.parametrize(
    "sent", ["00000000", "FFFFFFFF01", "0000000163", "00000009010000000000000000", "0000000503FFFFFFFF"], ids=str
)
def test_noise_on_the_socket_ends_that_line_only(replaced: Bench, sent: str) -> None:
    """A frame that is no question closes its own line; programs go on."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(replaced.lane.environment["KAZASHI_PCSC_SOCKET"])
        line.settimeout(20)
        line.sendall(bytes.fromhex(sent))
        try:
            while line.recv(64):
                pass
        except ConnectionResetError:  # closed while some of the noise was unread
            pass
    assert replaced.run("opensc-tool", "--atr").stdout.startswith("3b:e0:00:ff:81:31:fe:45:14")


def test_a_program_is_run_beside_a_card_with_one_command(profile: Profile, tmp_path: Path) -> None:
    """`python -m harness.pcsc_substitute --card DIR -- PROGRAM`: its output and exit code, the label; else one line."""
    save_card(profile, tmp_path / "card")
    begin = [sys.executable, "-m", "harness.pcsc_substitute", "--card"]
    for card, program, code, says in (
        ("card", ("opensc-tool", "--list-readers"), 0, OUR_SLOT),
        ("card", ("opensc-tool", "--reader", "7", "--atr"), 1, ""),
        ("card", ("no-such-program",), 2, "no-such-program: expected a program to run"),
        ("none", ("opensc-tool", "--atr"), 2, "no card in"),
    ):
        done = subprocess.run(
            [*begin, str(tmp_path / card), "--", *program], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert says in done.stdout + done.stderr
        assert (LABEL in done.stderr) == (program[0] == "opensc-tool")


def twin_bench(lane: SubstituteLane, profile: Profile, folder: Path) -> Bench:
    """The same card, fresh, in the substitute's reader."""
    bench = Bench(cast("PcscLane", lane), folder / "twin", folder / "twin.jsonl")
    save_card(profile, bench.folder)
    bench.insert("Kazashi Virtual Reader")
    return bench


def sign(folder: Path) -> tuple[str, ...]:
    """The command that signs a message in this folder with the authentication key."""
    (folder / "message").write_bytes(b"a challenge of thirty-two octets")
    return (*SIGN, "--id", "01", "-i", str(folder / "message"), "-o", str(folder / "signature"))

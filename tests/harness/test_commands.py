"""`kazashi up` and the commands that find it: a world as a person has it, on ports of its own."""

import json
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from typer.testing import CliRunner

from cardsim.folder import load_card
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from harness.commands.jlis import app as jlis_app
from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.vocabulary import Decision, Environment, Kind, Purpose
from harness.control_client import ControlClient
from harness.doors.control_messages import JournalDoor, JournalQuery
from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import Fault
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.terminal.card_reader import CardReader
from tests.harness.command_line import Run, Up, command, home, one_line, run, told
from tests.harness.openssl import openssl

__all__ = ["home", "run"]


@pytest.fixture(scope="module")
def up(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The world of this module, frozen at 09:00, and its addresses in a file."""
    file = tmp_path_factory.mktemp("told") / "up.json"
    world = Up(home, "--frozen", "--at", "2026-12-02T09:00", "--seed", "7", "--json", file)
    assert json.loads(file.read_text()) == json.loads((home / "up.json").read_text()) == world.addresses
    yield world
    world.end()


def test_up_says_where_everything_is(home: Path, up: Up) -> None:
    """Every address on stdout and in the file; the token in a file that only its owner can read."""
    assert {"control", "ocsp", "ocsp-auth", "ocsp-sign", "crl", "relying_party"} <= set(up.addresses)
    for name, url in up.addresses.items():
        assert any(line.split() == [name, url] for line in up.said)
    assert len({line.index("http") for line in up.said if " http" in line}) == 1  # one column
    token = Path(urlsplit(up.addresses["token"]).path)
    assert token == home / "control-token"
    for private in (token, home / "up.json"):
        assert private.stat().st_mode & 0o777 == 0o600
    headers = {"authorization": f"Bearer {token.read_text()}"}
    assert httpx.get(up.addresses["control"] + "/v1/clock", headers=headers, trust_env=False).status_code == 200
    assert httpx.get(up.addresses["control"] + "/v1/clock", trust_env=False).status_code == 401
    asked = httpx.get(up.addresses["control"] + "/v1/addresses", headers=headers, trust_env=False)
    assert asked.json() == {"addresses": up.addresses}
    assert len(httpx.get(up.addresses["crl"], trust_env=False, timeout=60).json()["lists"]) == 12 * len(MUNICIPALITIES)


@pytest.mark.usefixtures("up")
def test_a_second_world_in_the_same_home_is_one_line(run: Run) -> None:
    """Two would tell two truths under one name."""
    assert "another `kazashi up` runs here" in one_line(run("up"))


def test_the_holders_of_a_new_world_are_known_to_ocsp(run: Run, up: Up, tmp_path: Path) -> None:
    """They got their cards the day before: `openssl ocsp` says good at once, until the mark after a loss."""
    holder = told(run("resident", "list", "--json"))[0]
    serial, instant = holder["certificates"][0]["serial"], "1796169600"  # 2026-12-02T00:00:00Z
    anchor = httpx.get(up.addresses["ocsp"].replace("/ocsp/auth", "/anchors/auth.cer"), trust_env=False).content
    (tmp_path / "ca.der").write_bytes(anchor)
    openssl("x509", "-inform", "DER", "-in", tmp_path / "ca.der", "-out", tmp_path / "ca.pem")

    def status() -> str:
        options: list[str | Path] = [
            "-issuer",
            tmp_path / "ca.pem",
            "-CAfile",
            tmp_path / "ca.pem",
            "-serial",
            f"0x{serial}",
        ]
        return openssl("ocsp", *options, "-url", up.addresses["ocsp"], "-attime", instant)[1]

    assert "\ngood\n" in status()
    assert "09:15:00" in run("clock", "advance", "15m").stdout
    lost = told(run("resident", "lose", holder["resident"]["id"], "--json"))
    assert {row["reason"] for row in lost["certificates"]} == {"certificateHold"}
    assert "certificateHold" in status()


@pytest.mark.usefixtures("up")
def test_clock(run: Run) -> None:
    """Shown in Japan's time; set in any; refused where no world can be."""
    run("clock", "freeze")
    assert run("clock", "set", "2026-12-03T09:00").stdout.startswith("2026-12-03T09:00:00+09:00  frozen")
    assert told(run("clock", "show", "--json"))["instant"] == "2026-12-03T00:00:00Z"
    assert run("clock", "set", "2026-12-03T00:30:00Z").stdout.startswith("2026-12-03T09:30:00+09:00")
    assert run("clock", "advance", "1d2h3m4s").stdout.startswith("2026-12-04T11:33:04+09:00")
    assert "running" in run("clock", "run").stdout
    assert "frozen" in run("clock", "freeze").stdout
    for wrong in (["set", "soon"], ["set", "1990-01-01"], ["advance", "5x"], ["advance", ""], ["advance", "0s"]):
        assert "expected" in one_line(run("clock", *wrong))


@pytest.mark.usefixtures("up")
def test_residents(run: Run) -> None:
    """New, moved, revoked, listed; somebody unknown and an event that cannot happen are one line."""
    made = told(run("resident", "new", "--name", "試験　太郎", "--birth-date", "1980-02-29", "--json"))
    name = made["resident"]["id"]
    assert "OCSP knows the certificates from" in run("resident", "new").stdout
    moved = told(run("resident", "move", name, "--json"))
    assert moved["resident"]["municipality"] != made["resident"]["municipality"]
    assert [row["reason"] for row in moved["certificates"]] == [None, "affiliationChanged"]
    assert "keyCompromise" in run("resident", "revoke", name, "--kind", "auth", "--reason", "keyCompromise").stdout
    assert "試験　太郎" in run("resident", "list").stdout
    assert "'r999999'" in one_line(run("resident", "lose", "r999999"))
    told(run("resident", "lose", name, "--json"))  # nothing is in force any more, but there is a card to lose
    refused = one_line(run("resident", "lose", name))
    assert "was not reported lost" in refused
    assert "/v1/" not in refused  # the world's own words, not the door's
    assert "birth_date" in one_line(run("resident", "new", "--birth-date", "2999-01-01"))
    assert "YYYY-MM-DD" in one_line(run("resident", "new", "--birth-date", "1980-02-31"))


def test_a_card_of_the_world_is_accepted_by_its_relying_party(run: Run, up: Up, tmp_path: Path) -> None:
    """The whole path by command line: a card in a folder, its holder enrolled at the reference, at the world's time."""
    run("clock", "freeze")
    assert run("card", "new", tmp_path / "card").returncode == 0
    run("clock", "advance", "15m")
    profile, store = load_card(tmp_path / "card")
    holder = told(run("resident", "list", "--json"))[-1]["resident"]
    connection = InProcessConnection(InsertedCard(profile, store))
    connection.connect()
    reader = CardReader(connection)
    with RelyingPartyClient.at(up.addresses["relying_party"]) as client:
        certificate = reader.authentication_certificate()
        begun = client.begin(
            messages.Begin(purpose=Purpose.ENROL, service=SERVICE, environment=Environment.ATTENDED, terminal=TERMINAL)
        )
        assert begun.session is not msgspec.UNSET
        assert begun.challenge is not msgspec.UNSET
        presentation = messages.Presentation(
            challenge=begun.challenge,
            certificate=certificate,
            signature=reader.sign_challenge("1234", begun.challenge),
            chip=reader.prove_chip(msgspec.convert(holder["birth_date"], date), begun.challenge),
        )
        outcome = client.complete(messages.Complete(session=begun.session, presentation=presentation))
    connection.disconnect()
    store.close()
    assert outcome.decision is Decision.ACCEPT, outcome
    assert outcome.epoch == told(run("clock", "show", "--json"))["epoch"]


@pytest.mark.usefixtures("up")
def test_cards_in_folders(run: Run, tmp_path: Path) -> None:
    """Certificates that verify under the anchors beside them; what is on the card; a folder that has one is kept."""
    before = len(told(run("resident", "list", "--json")))
    said = run("card", "new", tmp_path / "card").stdout
    assert f"of {told(run('resident', 'list', '--json'))[-1]['resident']['id']} in the world that is up" in said
    assert (tmp_path / "card").stat().st_mode & 0o777 == 0o700
    anchors = {path.stem: path for path in (tmp_path / "card" / "anchors").iterdir()}
    authorities = {f"{kind}-ca{number}" for kind in ("auth", "sign") for number in ("", "-2", "-3")}
    assert set(anchors) == {
        *authorities,
        "card-issuer-36303030303233080530303100000000",
        "card-issuer-36303030303333080530303100000000",
    }
    issuer = load_pem_public_key(anchors["card-issuer-36303030303233080530303100000000"].read_bytes())
    assert isinstance(issuer, RSAPublicKey)
    profile, store = load_card(tmp_path / "card")
    shown = run("card", "show", tmp_path / "card").stdout  # while this process owns it
    store.close()
    assert profile.serial in shown
    assert "0018 利用者証明用暗証番号: 3/3" in shown
    assert "001B 署名用パスワード: 5/5" in shown
    for fid, kind in ((0x000A, "auth"), (0x0001, "sign")):
        body = next(app.elements[fid].body for app in profile.applications.values() if 0x000A in app.elements)  # type: ignore[union-attr]
        leaf = x509.load_der_x509_certificate(body[: 4 + int.from_bytes(body[2:4], "big")])
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(anchors[f"{kind}-ca"].read_bytes()))
        assert f"{leaf.serial_number:x}" in shown
    assert "already holds a card" in one_line(run("card", "new", tmp_path / "card"))
    assert len(told(run("resident", "list", "--json"))) == before + 1
    assert "'r999999'" in one_line(run("card", "new", tmp_path / "other", "--resident", "r999999"))
    assert "no card in" in one_line(run("card", "show", tmp_path / "nothing"))
    assert not (tmp_path / "other").exists()


@pytest.mark.usefixtures("up")
def test_a_card_in_the_reader_of_the_world(run: Run, home: Path) -> None:
    """Inserted, asked over the control API, removed, listed; a second card and an empty slot are one line each."""
    holder, other = (row["resident"]["id"] for row in told(run("resident", "list", "--json"))[:2])
    assert holder in run("card", "insert", holder).stdout
    with ControlClient(home) as control:
        assert control.power_on("Kazashi-1").hex().upper() == "3BE000FF8131FE4514"
        assert control.transmit("Kazashi-1", bytes.fromhex("00A4040C0AD392F000260100000001")) == b"\x90\x00"
        assert control.reset("Kazashi-1")[0] == 0x3B
        assert not control.power_off("Kazashi-1").powered
        assert [entry.event.value for entry in control.trace("Kazashi-1", 1).entries] == [
            "power_on",
            "command",
            "reset",
            "power_off",
        ]
    assert "up --readers" in one_line(run("card", "insert", other))
    assert "remove it first" in one_line(run("card", "insert", other, "--slot", "Kazashi-1"))
    assert "expected one of Kazashi-1" in one_line(run("card", "insert", other, "--slot", "Kazashi-9"))
    (slot,) = told(run("card", "slots", "--json"))
    assert (slot["resident"], slot["powered"]) == (holder, False)
    assert "empty" in run("card", "remove").stdout
    assert "all empty" in one_line(run("card", "remove"))
    assert "'r999999': expected one of the world, actual none of that id; `kazashi resident list`" in one_line(
        run("card", "insert", "r999999")
    )
    assert "Kazashi-1  empty" in run("card", "slots").stdout


@pytest.mark.usefixtures("up")
def test_physics_and_traces_of_the_reader(run: Run, home: Path, tmp_path: Path) -> None:
    """Conditions, swap, a torn card, and the trace of it all: text, JSON, compared with itself and with another."""
    holder, other = (row["resident"]["id"] for row in told(run("resident", "list", "--json"))[:2])
    shown = run("card", "conditions", "--interface", "contactless", "--latency", "transit-gate", "--tear-at", "2")
    assert "contactless:transit-gate" in shown.stdout
    run("card", "insert", holder)
    assert other in run("card", "swap", other).stdout
    assert f"beside it {holder}'s" in run("card", "insert", holder, "--beside").stdout
    run("card", "remove")
    with ControlClient(home) as control:
        assert control.power_on("Kazashi-1").hex().upper() == "3B888001000005E0B381A1007F"
        control.transmit("Kazashi-1", bytes.fromhex("00A4040C0AD392F000260100000001"))
    golden = tmp_path / "golden.json"
    assert run("card", "trace", "--json", "--out", golden).returncode == 0
    assert run("card", "trace", "--golden", golden).returncode == 0
    golden.write_text(golden.read_text(encoding="utf-8").replace('"9000"', '"6A82"'), encoding="utf-8")
    assert run("card", "trace", golden, "--golden", golden).returncode == 0
    told_apart = run("card", "trace", "--golden", golden)
    assert (told_apart.returncode, "sw: expected 6A82, actual 9000" in told_apart.stdout) == (1, True)
    assert "選択 SELECT" in run("card", "trace", "--lang", "ja").stdout
    with ControlClient(home) as control:
        with pytest.raises(ConfigurationError, match="taken out"):
            control.transmit("Kazashi-1", bytes.fromhex("00A4020C020018"))  # torn out: the second command since then
        assert control.slots()[0].card is None
    assert "latency" in one_line(run("card", "conditions", "--latency", "slow"))
    assert "expected contact or contactless" in one_line(run("up", "--slot", "nfc"))
    run("card", "conditions")


def test_a_word_of_a_long_list(run: Run) -> None:
    """The help shows each in one piece, in a terminal of 80 columns too; a mistaken one is told what is near."""
    for words, said in ((Fault, run("jlis", "fault", "--help")), (LifeEvent, run("resident", "happen", "--help"))):
        assert {*words} <= {*said.stdout.replace(",", " ").replace(";", " ").split()}
    assert one_line(run("jlis", "fault", "unavailabel")).endswith("something like unavailable; --help shows all\n")
    assert "moved-in, moved-out" in one_line(run("resident", "happen", "r000001", "move"))
    assert "expected one of card-issued, moved-within" in one_line(run("resident", "happen", "r000001", "xyzzy"))


def test_faults_of_the_running_world(home: Path, up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set by command line, met at the door, waited for in the journal, listed and cleared; a wrong one is refused."""
    monkeypatch.setenv("KAZASHI_HOME", str(home))

    def jlis(*arguments: str) -> str:
        said = CliRunner().invoke(jlis_app, arguments, catch_exceptions=False)
        assert said.exit_code == 0, said.output
        return said.output

    made = jlis("fault", "unavailable", "--count", "1", "--until", "2099-01-01T00:00:00Z")
    assert "unavailable  at ocsp-auth" in made
    with ControlClient(home) as control:
        mark = control.journal().mark
        assert httpx.post(up.addresses["ocsp-auth"], content=b"", trust_env=False).status_code == 503
        query = JournalQuery(since=mark, wait=10, kind=Kind.AUTH, door=JournalDoor.OCSP)
        assert [entry.answer for entry in control.journal(query).entries] == ["fault unavailable"]
        assert [fault.given for fault in control.faults()] == [1]
    assert "given 1  left 0" in jlis("faults")
    assert httpx.post(up.addresses["ocsp-auth"], content=b"", trust_env=False).status_code == 200
    jlis("clear", made.split()[0])
    jlis("fault", "stale", "--door", "crl", "--seconds", "5", "--since", "2026-12-02T09:00")
    assert "stale  at crl  5 s" in jlis("clear")
    assert jlis("faults") == ""
    for wrong in (["cut", "--seconds", "5"], ["cut", "--serial", "xyz"], ["stale", "--seconds", "-1"]):
        with pytest.raises(ConfigurationError, match=r"expected|Expected"):
            jlis("fault", *wrong)


def test_policies_of_the_running_world(run: Run, up: Up, keys: KeyPool, tmp_path: Path) -> None:
    """Set by command line, met at the door, shown, taken back; what cannot be is one line and changes nothing."""
    subject, now = x509.Name.from_rfc4514_string("CN=bank"), datetime(2026, 12, 2, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, keys.numbered(0).public_key(), 1, now, now + timedelta(days=9))
    bank = builder.sign(keys.numbered(0), SHA256())
    (tmp_path / "bank.pem").write_bytes(bank.public_bytes(Encoding.PEM))
    (tmp_path / "bank.cer").write_bytes(bank.public_bytes(Encoding.DER))
    windows = ["--daily", "00:00-12:00", "--daily", "12:00-23:59:59=refused"]
    listed = ["--requestor", tmp_path / "bank.pem", "--requestor", tmp_path / "bank.cer"]
    once = ["--once", "2016-01-02T00:00/2099-01-01T00:00:00Z=unavailable"]
    shown = run(
        "jlis", "policy", "set", "sign", "--signed-requests", "required", *listed, *windows, *once, "--valid", "15m"
    )
    assert shown.returncode == 0, shown.stderr
    assert [line.split()[1] for line in shown.stdout.splitlines() if "requestor" in line] == ["CN=bank"] * 2
    assert httpx.post(up.addresses["ocsp-sign"], content=b"", trust_env=False).status_code == 503
    assert httpx.post(up.addresses["ocsp-sign-mobile"], content=b"", trust_env=False).status_code == 503
    assert httpx.post(up.addresses["ocsp-auth"], content=b"", trust_env=False).status_code == 200
    assert run("jlis", "policy", "set", "sign", "--clear", "once", "--clear", "requestor").returncode == 0
    auth, sign = told(run("jlis", "policy", "show", "--json"))
    assert (auth["kind"], auth["signed_requests"], auth["daily"]) == ("auth", "optional", [])
    assert (sign["valid"], sign["signed_requests"], sign["requestors"], sign["once"]) == ("15m", "required", [], [])
    assert sign["daily"] == [
        {"since": "00:00:00", "until": "12:00:00", "closed": "try_later"},
        {"since": "12:00:00", "until": "23:59:59", "closed": "refused"},
    ]
    for wrong in (
        ["--most-questions", "0"],
        ["--daily", "25:00-26:00"],
        ["--daily", "12:00"],
        ["--daily", "12:00-13:00=shut"],
        ["--once", "2026-12-01T09:00"],
        ["--once", "2026-12-01T09:00/2026-12-01T09:00"],
        ["--requestor", str(tmp_path / "nobody.pem")],
        ["--clear", "nonces"],
        ["--clear", "daily", *windows],
    ):
        assert "xpected" in one_line(run("jlis", "policy", "set", "sign", *wrong))
    assert told(run("jlis", "policy", "show", "sign", "--json")) == [sign]
    assert run("jlis", "policy", "reset").stdout.count("optional") == 2
    assert told(run("jlis", "policy", "show", "--json"))[0] == auth


def test_a_served_process_is_told_of_its_own(run: Run, home: Path, tmp_path: Path) -> None:
    """`serve jlis`: journal, faults, policies of that process at a door of its own, for whoever has its token."""
    store, file = tmp_path / "world.db", tmp_path / "jlis.json"
    assert "made" in run("world", "new", "--store", store, "--residents", "0", "--frozen").stdout
    assert "was there already" in run("world", "new", "--store", store).stdout
    jlis = Up(home, "--store", store, "--json", file, words=("serve", "jlis"))
    told_of = json.loads(file.read_text())
    token = Path(urlsplit(told_of["token"]).path)
    assert token.stat().st_mode & 0o777 == 0o600
    assert httpx.get(told_of["control"] + "/v1/journal", trust_env=False).status_code == 401
    try:
        fault = run("jlis", "fault", "unavailable", "--count", "1", "--of", file)
        assert (fault.returncode, fault.stdout.split()[1]) == (0, "unavailable")
        assert httpx.post(told_of["ocsp-auth"], content=b"", trust_env=False).status_code == 503
        once = ["--once", "2016-01-02T00:00/2099-01-01T00:00=unavailable"]
        assert run("jlis", "policy", "set", "auth", *once, "--of", file).returncode == 0
        assert httpx.post(told_of["ocsp-auth"], content=b"", trust_env=False).text.endswith("closed for maintenance")
        assert "given 1  left 0" in run("jlis", "faults", "--of", file).stdout
        with ControlClient(home, file) as control:
            said = [(entry.door, entry.answer) for entry in control.journal().entries]
            assert said == [("control", "GET /v1/journal"), ("ocsp", "fault unavailable"), ("ocsp", "closed")]
            with pytest.raises(ConfigurationError, match="no such operation"):
                control.clock()
    finally:
        assert jlis.end() == 0
    assert not token.exists()
    assert "expected the addresses of a process that runs" in one_line(run("jlis", "faults", "--of", file))
    assert "the control door has --port" in one_line(run("serve", "control", "--store", store, "--port-control", "0"))


def test_spent_tries_of_a_stored_world_survive_it(home: Path, tmp_path: Path) -> None:
    """`up --store`: a try spent in one process is spent in the next; the vpcd that is not there is told at once."""
    other, store = tmp_path / "home", tmp_path / "world.db"
    other.mkdir()
    (other / "keys").symlink_to(home / "keys")
    for left in ("63c2", "63c1"):
        up = Up(other, "--store", store, "--residents", "1", "--readers", "2", "--vpcd", "127.0.0.1:9", "--frozen")
        assert any("Kazashi-1 at 127.0.0.1:9" in line for line in up.said)
        with ControlClient(other) as control:
            control.insert("Kazashi-2", "r000001")
            control.power_on("Kazashi-2")
            for command in ("00A4040C0AD392F000260100000001", "00A4020C020018"):
                control.transmit("Kazashi-2", bytes.fromhex(command))
            assert control.transmit("Kazashi-2", bytes.fromhex("002000800439393939")).hex() == left
        assert up.end() == 0


def test_a_second_door_with_mutual_tls(home: Path, run: Run, tmp_path: Path) -> None:
    """`up --tls`: the plain door stays for the reference; the other one answers whoever was issued a certificate."""
    other = tmp_path / "home"
    other.mkdir()
    (other / "keys").symlink_to(home / "keys")
    assert "portal" in run("trust", "client", "new", "portal", "--out", tmp_path / "client", home=other).stdout
    up = Up(other, "--tls", "--residents", "0", "--frozen")
    try:
        context = ssl.create_default_context(cafile=up.addresses["tls-ca"].removeprefix("file://"))
        context.load_cert_chain(tmp_path / "client" / "client.pem", tmp_path / "client" / "client-key.pem")
        lists = [
            httpx.get(up.addresses["crl"], trust_env=False, timeout=60),
            httpx.get(up.addresses["tls-crl"], trust_env=False, timeout=60, verify=context),
        ]
        assert [answer.status_code for answer in lists] == [200, 200]
    finally:
        assert up.end() == 0


def test_without_a_world(run: Run, home: Path, tmp_path: Path) -> None:
    """Commands of a running world say how to start one; a card is made of a throw-away world, the same for a seed."""
    other = tmp_path / "home"
    other.mkdir()
    (other / "keys").symlink_to(home / "keys")
    for arguments in (
        ["clock", "show"],
        ["resident", "list"],
        ["card", "new", str(tmp_path / "c"), "--resident", "r000001"],
    ):
        assert "start one with `kazashi up`" in one_line(run(*arguments, home=other))
    for name in ("a", "b"):
        options = ["--seed", "3", "--at", "2026-12-01T09:00"]
        assert "a throw-away world" in run("card", "new", tmp_path / name, *options, home=other).stdout
    assert (tmp_path / "a" / "profile.json").read_bytes() == (tmp_path / "b" / "profile.json").read_bytes()


def test_a_card_is_served_to_a_reader_until_told_to_end(run: Run, tmp_path: Path) -> None:
    """`card serve` connects to vpcd's port, answers the ATR, and ends with 0; without a reader it is one line."""
    run("card", "new", tmp_path / "card", "--throw-away")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        serving = subprocess.Popen(
            command("card", "serve", tmp_path / "card", "--vpcd", f"127.0.0.1:{port}", "--no-reconnect"),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert serving.stderr is not None
        assert f"127.0.0.1:{port}? Up to 30 s" in serving.stderr.readline()
        reader, _ = listener.accept()
        with reader:
            reader.sendall(bytes.fromhex("000104"))
            assert reader.recv(64) == bytes.fromhex("0009") + bytes.fromhex("3BE000FF8131FE4514")
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(20) == 0
        serving.stderr.close()
    assert run("card", "serve", tmp_path / "nothing").returncode == 2


def test_a_stored_world_is_the_same_after_a_restart(home: Path, run: Run, tmp_path: Path) -> None:
    """Residents, clock and epoch; ended by Ctrl-C with exit 0, everything taken back; another seed is refused."""
    other, store = tmp_path / "home", tmp_path / "world.db"
    other.mkdir()
    (other / "keys").symlink_to(home / "keys")
    first = Up(other, "--store", store, "--seed", "5", "--residents", "1", "--at", "2026-12-02T09:00", "--frozen")
    run("resident", "lose", "r000001", home=other)
    before = [told(run(*show, "--json", home=other)) for show in (["clock", "show"], ["resident", "list"])]
    token = (other / "control-token").read_text()
    assert first.end(signal.SIGINT) == 0
    assert sorted(path.name for path in other.iterdir()) == ["keys", "up.lock"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.addresses["relying_party"], trust_env=False)
    again = Up(other, "--store", store)
    assert [told(run(*show, "--json", home=other)) for show in (["clock", "show"], ["resident", "list"])] == before
    assert (other / "control-token").read_text() != token
    assert again.end() == 0
    assert "expected a world of seed 6, actual 5" in one_line(run("up", "--store", store, "--seed", "6", home=other))


@pytest.mark.parametrize("option", ["--port", "--port-control", "--port-relying-party"])
def test_a_port_in_use_is_one_line(run: Run, home: Path, tmp_path: Path, up: Up, option: str) -> None:
    """It says which, and what would do; nothing is left behind."""
    (tmp_path / "keys").symlink_to(home / "keys")
    taken = str(urlsplit(up.addresses["control"]).port)
    assert taken in one_line(run("up", option, taken, home=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys", "up.lock"]


def test_places_that_cannot_be_written_are_one_line(run: Run, home: Path, tmp_path: Path) -> None:
    """A home, a store, a file for the addresses."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keys").symlink_to(home / "keys")
    assert "KAZASHI_HOME" in one_line(run("up", home=tmp_path / "file" / "home"))
    below = tmp_path / "file" / "below"
    assert str(below) in one_line(run("up", "--store", below, home=tmp_path / "home"))
    assert str(below) in one_line(run("up", "--json", below, home=tmp_path / "home"))
    assert str(below) in one_line(run("card", "new", below, "--throw-away", home=tmp_path / "home"))

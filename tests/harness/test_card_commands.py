"""What a card can do, by the command line alone: forms, forgeries, resets, commands, conditions, traces, faces."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from cardsim.folder import look_at_card
from cardsim.profile import Token
from harness.forgery import Variant
from harness.presented import Form
from tests.harness.command_line import Run, Up, home, one_line, run, told
from tests.harness.openssl import openssl

__all__ = ["home", "run"]
SELECT_JPKI, READ_LABEL = "00A4040C0AD392F000260100000001", "00B0860020"
READ_AUTH, PIN = "00B08A0002", "002000980431323334"
NEW = "試験県若葉市二丁目２番地２"


@pytest.fixture(scope="module")
def up(home: Path) -> Iterator[Up]:
    """A frozen world with two slots, one contactless, whose cards have a free area."""
    slots = ("--slot", "contact", "--slot", "contactless:transit-gate")
    world = Up(home, "--frozen", "--at", "2026-12-02T09:00", "--seed", "7", "--free-area", *slots)
    yield world
    world.end()


@pytest.fixture
def empty(run: Run, up: Up) -> Iterator[Run]:
    """The command line of a world whose slots are empty, before and after."""
    assert up.addresses
    yield run
    while run("card", "remove").returncode == 0:
        pass


def label(text: str) -> str:
    """Thirty-two letters of a token's label and the status word."""
    return text.encode().ljust(32).hex().upper() + "9000"


def test_a_phone_in_a_slot(empty: Run) -> None:
    """Nobody has one until it is bound; then its label, and its certificate behind the PIN, over the control API."""
    assert "phone-bound" in one_line(empty("card", "insert", "r000001", "--form", "android"))
    told(empty("resident", "phone", "r000001", "--json"))
    assert empty("card", "insert", "r000001", "--form", "iphone").returncode == 0
    sent = empty("card", "send", SELECT_JPKI, READ_LABEL, READ_AUTH, PIN, READ_AUTH).stdout.split()
    assert sent == ["9000", label("JPKIAPIOSTOKEN"), "6982", "9000", "30829000"]
    assert empty("card", "swap", "r000001", "--form", "android").returncode == 0
    assert empty("card", "send", SELECT_JPKI, READ_LABEL).stdout.split()[1] == label("JPKIAPGPSETOKEN")


@pytest.mark.parametrize("variant", Variant)
def test_each_forgery_is_one_line(empty: Run, variant: Variant) -> None:
    """The slot names it; the genuine card takes its place; the list of variants tells what is wrong with it."""
    assert f"-{variant} of r000002" in empty("card", "insert", "r000002", "--variant", variant).stdout
    assert f"-{variant}" not in empty("card", "swap", "r000002").stdout
    listed = empty("card", "variants").stdout
    assert f"--variant {variant}  {variant.told[0]} / {variant.told[1]}" in listed
    assert all(f"--form {form}" in listed for form in Form)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--form", "android"), "an Android phone"),
        (("--form", "iphone"), "an iPhone"),
        (("--form", "next"), "next generation: ASSUMED"),
        (("--variant", "self-made"), "self-made: no issuer signed it"),
        (("--variant", "certificate-empty"), "no certificate"),
    ],
)
@pytest.mark.usefixtures("up")
def test_cards_in_folders_say_what_they_are(run: Run, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    """Of a throw-away world and of the one that is up; `card show` says so again."""
    for name, where in (("away", ("--throw-away",)), ("here", ())):
        made = run("card", "new", tmp_path / name, *where, *options)
        assert made.returncode == 0, made.stderr
        shown = run("card", "show", tmp_path / name)
        assert said in shown.stdout
        assert shown.returncode == 0
    assert (look_at_card(tmp_path / "here")[0].token is Token.CARD) == ("phone" not in said.lower())


@pytest.mark.usefixtures("up")
def test_the_next_cards_anchors_verify_it(run: Run, tmp_path: Path) -> None:
    """OpenSSL takes the certificate that `card show` lists under the anchor that lies beside the card."""
    run("card", "new", tmp_path / "card", "--form", "next")
    profile, _ = look_at_card(tmp_path / "card")
    (authentication,) = [each for aid, each in profile.applications.items() if aid.endswith(b"\x21")]
    body = getattr(authentication.elements[0x0A], "body", b"")
    certificate = x509.load_der_x509_certificate(body[: 4 + int.from_bytes(body[2:4], "big")])
    (tmp_path / "leaf.der").write_bytes(body[: 4 + int.from_bytes(body[2:4], "big")])
    openssl("x509", "-inform", "DER", "-in", tmp_path / "leaf.der", "-out", tmp_path / "leaf.pem")
    at = str(int(certificate.not_valid_before_utc.timestamp()) + 60)
    anchors = tmp_path / "card" / "anchors"
    for name, code in (("next-auth-ca.pem", 0), ("next-sign-ca.pem", 2)):
        found = openssl("verify", "-attime", at, "-CAfile", anchors / name, tmp_path / "leaf.pem")
        assert (found[0] != 0) == (code != 0), found


def test_reset_power_and_commands(empty: Run) -> None:
    """Warm keeps nothing verified, cold neither; without power a command gives it; what is no octet is one line."""
    empty("card", "insert", "r000002")
    atr = "3BE000FF8131FE4514"
    assert empty("card", "reset").stdout.strip() == atr  # no power yet: it gets some
    assert empty("card", "send", SELECT_JPKI, PIN, "0020 0098").stdout.split() == ["9000", "9000", "63C3"]
    assert empty("card", "reset").stdout.strip() == atr
    assert empty("card", "send", SELECT_JPKI, "802A009701AA00").stdout.split() == ["9000", "6982"]
    assert empty("card", "reset", "--cold").stdout.strip() == atr
    assert "Kazashi-1" in empty("card", "power-off").stdout
    assert empty("card", "send", SELECT_JPKI).stdout.split() == ["9000"]
    assert "expected octets" in one_line(empty("card", "send", "00A"))
    events = [each["event"] for each in json.loads(empty("card", "trace", "--json").stdout)["lines"]]
    assert events[-8:] == ["command", "reset", "command", "command", "power on", "power off", "power on", "command"]


def test_every_condition_has_an_option(empty: Run) -> None:
    """ATR, PUPI and the answer to FFCA000000 of the contactless slot."""
    slot = ("--slot", "Kazashi-2")
    empty("card", "insert", "r000002", *slot)
    base = ("card", "conditions", *slot, "--interface", "contactless")
    empty(*base, "--uid", "refused")
    assert empty("card", "send", "FFCA000000", *slot).stdout.strip()[-4:] != "9000"
    empty(*base, "--pupi-in-atr", "--seed", "5")
    with_pupi = empty("card", "reset", "--cold", *slot).stdout.strip()
    empty(*base)
    assert with_pupi != empty("card", "reset", "--cold", *slot).stdout.strip() == "3B888001000005E0B381A1007F"
    empty(*base, "--atr", "3B8880010000 41E0B381A1003B")
    assert empty("card", "reset", "--cold", *slot).stdout.strip() == "3B888001000041E0B381A1003B"
    assert "need a contactless slot" in one_line(empty("card", "conditions", "--loss", "0.5"))
    empty(*base)


def test_each_latency_says_where_it_comes_from(run: Run) -> None:
    """A figure is computed from a standard or labelled assumed, in both languages."""
    lines = [line for line in run("card", "latency").stdout.splitlines() if " ms " in line]
    assert len(lines) > 15
    assert all("standard / 規格から計算" in line or "assumed / 仮定" in line for line in lines)
    names = {each["name"] for each in told(run("card", "latency", "--json"))}
    assert names == {"fast", "contact", "nfc-phone", "set-top-box", "transit-gate"}


def test_what_no_source_tells_is_an_option(empty: Run) -> None:
    """A blocked PIN that answers 6983, other counts of tries; each option is listed with its default; no other is."""
    wanted = ("--option", "blocked_attempt=6983", "--option", "birth_tries=2,fci=empty")
    assert empty("card", "insert", "r000002", *wanted).returncode == 0
    select, guess = "00A4040C0AD3921000310001010402", "0020009106393939393939"
    assert empty("card", "send", select, guess, guess, guess).stdout.split() == ["9000", "63C1", "63C0", "6983"]
    assert empty("card", "send", select.replace("040C", "0400") + "00").stdout.split() == ["9000"]
    empty("card", "swap", "r000002")  # by default the count is of ten, and what was spent stays spent
    assert empty("card", "send", select, guess).stdout.split() == ["9000", "6984"]
    listed = empty("card", "options").stdout.splitlines()
    assert len(listed) > 20
    assert all("  (" in line and line.rpartition(")  ")[2] for line in listed)
    for wrong in ("blocked_attempt=7", "fci=all", "no_such=1", "selects_by_prefix", "code_b_tries=many"):
        assert "option" in one_line(empty("card", "swap", "r000002", "--option", wrong))


@pytest.mark.usefixtures("up")
def test_faces_follow_the_history(run: Run, tmp_path: Path) -> None:
    """Of a card in a folder, and of one in the world that is up: the new address stands on the panel alone."""
    assert run("resident", "happen", "r000003", "moved-within", "--changes", f'{{"address": "{NEW}"}}').stdout
    assert run("card", "new", tmp_path / "card", "--resident", "r000003").returncode == 0
    for card in (str(tmp_path / "card"), "r000003"):
        done = run("card", "face", card, "--out", tmp_path / "out")
        assert done.returncode == 0, done.stderr
        front = (tmp_path / "out" / "front.svg").read_text(encoding="utf-8")
        assert "2026.12.02 住所" in front
        assert front.count("試験県若葉市二丁目２番地") == 1
    many = [option for day in range(1, 6) for option in ("--change", f"2027-01-0{day} 住所 別")]
    assert "6 lines, it has room for 5" in run("card", "face", "r000003", "--out", tmp_path / "out", *many).stderr


@pytest.mark.usefixtures("up")
def test_rides_in_the_world_that_is_up(run: Run) -> None:
    """The world's cards have a free area: loaded, ridden, listed by the holder's id."""
    loaded = run("card", "app", "load", "r000002", "card-app-count", "--user-id", "m1", "--count", "70")
    assert "70/70" in loaded.stdout, loaded.stderr
    aid = "F04B415A4153484912"
    assert "69/70" in run("card", "app", "change", "r000002", aid, "--by", "-1").stdout
    assert told(run("card", "app", "list", "r000002", "--json"))["loads"] == 1
    assert told(run("card", "app", "delete", "r000002", aid, "--json"))["apps"] == []
    assert "no such application" in one_line(run("card", "app", "change", "r000002", aid, "--by", "-1"))

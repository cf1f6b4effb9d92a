"""OpenSSL's own clients ask the fake J-LIS over HTTP (RFC 6960, RFC 5280 §5).

`openssl ocsp` ends with exit code 0 whatever the status, and it judges times by the host's clock, which is not the
world's. So its text is read here, and times and nonce are compared here; the signature it verifies itself, at the
world's instant (`-attime`).
"""

import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.world import World

JST = timezone(timedelta(hours=9))
NEVER_ISSUED = "0x7fffffffffff"


@dataclass(frozen=True, slots=True)
class Status:
    """What `openssl ocsp` says, as text: status, reason or none, times, nonces sent and received."""

    word: str
    reason: str | None
    this_update: datetime
    next_update: datetime
    nonces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """A world behind its door, one holder, and the files that OpenSSL is given."""

    world: World
    url: str
    card: IssuedCard
    folder: Path

    def file(self, name: str, der: bytes) -> str:
        """Write a certificate as PEM; return its path."""
        path = self.folder / f"{name}.pem"
        path.write_text(ssl.DER_cert_to_PEM_cert(der), encoding="ascii")
        return str(path)

    def anchor(self, kind: str) -> str:
        """The authority's certificate, fetched over HTTP."""
        return self.file(f"{kind}-ca", httpx.get(f"{self.url}/anchors/{kind}.cer", timeout=60).content)

    def certificate(self, kind: str) -> str:
        """The holder's certificate."""
        der = self.card.auth_certificate if kind == "auth" else self.card.sign_certificate
        return self.file(f"{kind}-leaf", der)

    def ask(self, kind: str, *, serial: str | None = None) -> Status:
        """Ask about the holder's certificate or a serial number; signature, nonce and times of the answer must fit."""
        now = self.world.clock.now()
        anchor = self.anchor(kind)
        subject = ["-cert", self.certificate(kind)] if serial is None else ["-serial", serial]
        asked = openssl(
            *("ocsp", "-issuer", anchor, *subject, "-url", f"{self.url}/ocsp/{kind}"),
            *("-CAfile", anchor, "-attime", seconds(now), "-text"),
        )
        assert "Response verify OK" in asked.stderr, asked.stderr
        status = read_status(asked.stdout)
        assert len(status.nonces) == 2
        assert len(set(status.nonces)) == 1
        assert status.this_update <= now < status.next_update
        return status

    def verify(self, kind: str) -> subprocess.CompletedProcess[str]:
        """`openssl verify -crl_check` of the holder's certificate, with its municipality's current list."""
        now = self.world.clock.now()
        place = self.card.resident.municipality
        wanted = (kind, "card", 3, place)
        index = httpx.get(f"{self.url}/crl/index.json", timeout=60).json()["lists"]
        (address,) = [
            entry["url"]
            for entry in index
            if (entry["kind"], entry["medium"], entry["generation"], entry["municipality"]) == wanted
        ]
        crl = self.folder / "list.crl"
        crl.write_bytes(httpx.get(address, timeout=60).content)
        lists = ("-CAfile", self.anchor(kind), "-CRLfile", str(crl))
        return openssl("verify", "-crl_check", "-attime", seconds(now), *lists, self.certificate(kind))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPool:
    """Keys of an installation."""
    return KeyPool(tmp_path_factory.mktemp("installation") / "keys")


@pytest.fixture
def office(keys: KeyPool, tmp_path: Path) -> Iterator[Office]:
    """A world on 2026-11-20 at 09:00 JST; its holder has had the card for a day."""
    world = World.create(keys, seed=1, start=datetime(2026, 11, 19, 9, 0, tzinfo=JST))
    door = JlisDoor(world)
    card = world.issue_card(world.new_resident().id)
    world.clock.set(datetime(2026, 11, 20, 9, 0, tzinfo=JST))
    with Served(door.app, garbled=door.garbled) as served:
        yield Office(world, served.url, card, tmp_path)
    world.close()


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_a_certificate_in_force_is_good(office: Office, kind: str) -> None:
    """good, as of the mark of 09:00 JST, until 09:30."""
    status = office.ask(kind)
    assert (status.word, status.reason) == ("good", None)
    assert status.this_update == datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    assert status.next_update == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)


def test_a_revoked_certificate_is_revoked_with_its_reason(office: Office) -> None:
    """The authentication certificate is revoked for keyCompromise at the next mark; the other one stays good."""
    office.world.clock.advance(timedelta(minutes=1))
    office.world.revoke(office.card.resident.id, "auth", "keyCompromise")
    office.world.clock.advance(timedelta(minutes=14))
    revoked = office.ask("auth")
    assert (revoked.word, revoked.reason) == ("revoked", "keyCompromise")
    assert revoked.this_update == datetime(2026, 11, 20, 0, 15, tzinfo=UTC)
    assert office.ask("sign").word == "good"


def test_a_serial_number_never_issued_is_unknown(office: Office) -> None:
    """unknown, in an answer that is signed like any other."""
    assert office.ask("auth", serial=NEVER_ISSUED).word == "unknown"


def test_a_loss_at_0907_shows_at_the_mark_of_0915(office: Office) -> None:
    """Reported lost at 09:07: good at 09:14:59, revoked (certificateHold) at 09:15:00, for both certificates."""
    office.world.clock.set(datetime(2026, 11, 20, 9, 7, tzinfo=JST))
    office.world.lose(office.card.resident.id)
    office.world.clock.set(datetime(2026, 11, 20, 9, 14, 59, tzinfo=JST))
    before = [office.ask(kind) for kind in ("auth", "sign")]
    office.world.clock.set(datetime(2026, 11, 20, 9, 15, 0, tzinfo=JST))
    after = [office.ask(kind) for kind in ("auth", "sign")]
    assert [(status.word, status.reason) for status in before] == [("good", None)] * 2
    assert [(status.word, status.reason) for status in after] == [("revoked", "certificateHold")] * 2
    assert {status.this_update for status in after} == {datetime(2026, 11, 20, 0, 15, tzinfo=UTC)}


def test_an_answer_of_another_authority_does_not_verify(office: Office) -> None:
    """The check that the other tests rest on: under the wrong anchor `openssl ocsp` reports a failure."""
    anchor, other = office.anchor("auth"), office.anchor("sign")
    asked = openssl(
        *("ocsp", "-issuer", anchor, "-cert", office.certificate("auth"), "-url", f"{office.url}/ocsp/auth"),
        *("-CAfile", other, "-attime", seconds(office.world.clock.now())),
    )
    assert "Response Verify Failure" in asked.stderr
    assert "Response verify OK" not in asked.stderr


def test_the_next_list_refuses_a_lost_card(office: Office) -> None:
    """Lost at 09:07: `openssl verify -crl_check` accepts with that day's list and refuses with the next day's."""
    office.world.clock.set(datetime(2026, 11, 20, 9, 7, tzinfo=JST))
    office.world.lose(office.card.resident.id)
    office.world.clock.set(datetime(2026, 11, 21, 2, 59, 59, tzinfo=JST))
    accepted = office.verify("auth")
    assert accepted.returncode == 0, accepted.stderr
    office.world.clock.set(datetime(2026, 11, 21, 3, 0, 0, tzinfo=JST))
    refused = office.verify("auth")
    assert refused.returncode != 0
    assert "error 23 at 0 depth lookup: certificate revoked" in refused.stderr


def test_a_list_of_the_other_municipality_does_not_serve(office: Office) -> None:
    """The issuing distribution point counts: a certificate of one municipality is not judged by the other's list."""
    crl = office.folder / "other.crl"
    lists = httpx.get(f"{office.url}/crl/index.json", timeout=60).json()["lists"]
    place = office.card.resident.municipality
    crl.write_bytes(
        httpx.get(
            next(
                one["url"]
                for one in lists
                if (one["kind"], one["medium"], one["generation"]) == ("auth", "card", 3)
                and one["municipality"] != place
            ),
            timeout=60,
        ).content
    )
    refused = openssl(
        *("verify", "-crl_check", "-attime", seconds(office.world.clock.now())),
        *("-CAfile", office.anchor("auth"), "-CRLfile", str(crl), office.certificate("auth")),
    )
    assert refused.returncode != 0
    assert "different CRL scope" in refused.stderr


def seconds(instant: datetime) -> str:
    """An instant as `-attime` takes it."""
    return str(int(instant.timestamp()))


def read_status(text: str) -> Status:
    """What the text of `openssl ocsp -text` says after the dump: the status, then indented facts.

    The status follows the file's name, or stands alone after a warning that the host's clock says otherwise.
    """
    word = re.search(r"^(?:\S+: )?(good|revoked|unknown)$", text, re.MULTILINE)
    assert word is not None, text
    facts = dict(re.findall(r"^\t(This Update|Next Update|Reason): (.*)$", text[word.start() :], re.MULTILINE))
    nonces = re.findall(r"OCSP Nonce: \n\s*([0-9A-F]+)", text)
    return Status(
        word[1], facts.get("Reason"), instant(facts["This Update"]), instant(facts["Next Update"]), tuple(nonces)
    )


def instant(text: str) -> datetime:
    """OpenSSL's way to write an instant: `Nov 20 00:15:00 2026 GMT`."""
    return datetime.strptime(text, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run OpenSSL."""
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False, timeout=60)

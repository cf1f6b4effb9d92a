"""The verb reconcile: each tap judged as of when it was taken and as of what is known now, each counted once."""

import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from harness.contract import messages as contract
from reference_impl.audit.rows import Row, decode_row
from reference_impl.audit.walk import stored_rows
from reference_impl.clock import Clock
from reference_impl.messages import Complete, Reconcile, Unlink, read_message
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.services.store.reconciliation import Reconciliation
from reference_impl.services.store.tables import records, sums
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.engine import Place
from reference_impl.store.tables import sessions
from reference_impl.surface import Surface
from reference_impl.verification.ocsp_settings import StatusUnreachable
from reference_impl.verification.verdict import Reason
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.responder import REVOKED, Responder
from tests.reference_impl.services import kill_party
from tests.reference_impl.services.kill_party import NOON, TAPS, message, tap, taps

ROOT = Path(__file__).resolve().parents[3]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SERVICES = kill_party.SERVICES.replace("offline-crl, source: jlis, maximum_age: 2d", "none").replace(
    "    offline:", "    predates_rule: true\n    offline:"
)
ASKING = """services:
  - id: other
    name: {ja: 別の, en: Another}
    archetype: auth
    place: {where: [online]}
    net: online
    status: {method: ocsp, source: jlis}
"""


class Office:
    """A relying party whose library takes records, and whose holder enrolled at 9:20 in the morning."""

    def __init__(self, services: str, place: Place = None) -> None:
        self.database, self.responder = Database(place), Responder()
        policies = load_policies(services, "services.yaml")
        self.party = RelyingParty(self.database, Clock(), StatusSources(self.responder), services=policies)
        self.world = World(Surface(self.party, test_surface=True), self.party, self.responder, self.database)
        decided = configuration()
        decided["terminals"].append({"id": "counter-2", "credential": "secret-2"})
        self.world.post("configure", decided)
        self.at(NOON - 4 * HOUR)
        assert self.world.attempt("enrol")["reason"] == "OK"
        self.at(NOON + HOUR)

    def at(self, instant: Any) -> None:
        """The clock, and what the responder says of that time."""
        self.world.set_time(instant.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.responder.set(this_update=instant - MINUTE, next_update=instant + HOUR)

    def send(self, *told: dict[str, Any], terminal: int = 1) -> dict[str, str]:
        """The reason of each record, in one upload."""
        sent = message(list(told))
        sent["terminal"] = {"id": f"counter-{terminal}", "credential": f"secret-{terminal}"}
        outcomes = self.world.post("reconcile", sent)["outcomes"]
        return {name: each["reason"] for name, each in outcomes.items()}

    def one(self, told: dict[str, Any], terminal: int = 1) -> str:
        """The reason of one record."""
        (reason,) = self.send(told, terminal=terminal).values()
        return reason

    @property
    def accepted(self) -> int:
        """What the account says."""
        found = self.party.account(pki.leaf())
        assert found is not None
        return found.accepted

    @property
    def visits(self) -> int:
        """What the ledger says of the day."""
        with self.database.transaction() as connection:
            found = connection.execute(select(sums.c.amount).where(sums.c.service == "library")).scalars().all()
        return sum(found)


@pytest.fixture
def place() -> Place:
    """Where the store is: in memory."""
    return None


@pytest.fixture(params=[SERVICES, ASKING], ids=["policy", "no-policy"])
def office(request: pytest.FixtureRequest, place: Place) -> Iterator[Office]:
    """With a policy for the library, which counts visits; and with none, where the status is asked by OCSP."""
    made = Office(request.param, place)
    yield made
    made.world.close()


@pytest.fixture
def counting(place: Place) -> Iterator[Office]:
    """With a policy."""
    made = Office(SERVICES, place)
    yield made
    made.world.close()


@pytest.fixture
def asking() -> Iterator[Office]:
    """Without one: the status is asked."""
    made = Office(ASKING)
    yield made
    made.world.close()


def test_record_counts_once_and_is_answered_alike(office: Office) -> None:
    """Three taps, then the same with a fourth: four acceptances beside the enrolment, and the first three say again
    what they said, though nobody is asked about them any more."""
    told = [tap(f"t{number}", NOON + number * MINUTE) for number in range(4)]
    first = office.world.post("reconcile", message(told[:3]))["outcomes"]
    assert {each["reason"] for each in first.values()} == {"OK"}
    asked = len(office.responder.asked)
    again = office.world.post("reconcile", message(told))["outcomes"]
    assert {name: again[name] for name in first} == first
    assert len(office.responder.asked) - asked == (1 if asked > 1 else 0)
    assert office.accepted == 5
    assert office.visits in {4, 0}


def test_record_twice_in_one_upload_is_one(office: Office) -> None:
    """A terminal that repeats itself in the same breath: one acceptance, and the record stands as counted."""
    assert office.send(tap("a"), tap("b", NOON + MINUTE), tap("a")) == {"a": "OK", "b": "OK"}
    assert office.accepted == 3
    report = office.party.reconciled("library")
    assert (report.counted, report.uncounted) == (2, ())


def test_upload_that_comes_again_while_it_is_judged_is_one(asking: Office) -> None:
    """The terminal gave up waiting and sent it again: whoever keeps it first, it stands as counted, once."""
    asking.responder.meanwhile = lambda: asking.send(tap("a"))  # type: ignore[assignment]
    assert asking.one(tap("a")) == "OK"
    assert asking.accepted == 2
    report = asking.party.reconciled("library")
    assert (report.counted, report.uncounted) == (1, ())
    assert asking.one(tap("a")) == "OK"


def test_messages_are_those_of_the_contract(asking: Office) -> None:
    """What the suite sends is taken, and what comes back is what it reads."""
    sent = msgspec.json.decode(msgspec.json.encode(message([tap("a"), tap("b")])), type=contract.Reconcile)
    response = asking.world.send("reconcile", msgspec.json.encode(sent))
    outcomes = msgspec.json.decode(response.content, type=contract.Reconciled).outcomes
    assert {name: each.reason for name, each in outcomes.items()} == {"a": "OK", "b": "OK"}
    assert {each.epoch for each in outcomes.values()} == {1}


@pytest.mark.parametrize(
    "change",
    [
        {"records": []},
        {"records": [{**tap("a"), "number": 1}]},
        {"terminal": {"id": "counter-1"}},
        {"records": [{}] * 1001},
    ],
    ids=["none", "unknown-field", "no-credential", "too-many"],
)
def test_message_outside_the_contract_is_refused(asking: Office, change: dict[str, Any]) -> None:
    """400, and nothing is kept."""
    body = msgspec.json.encode({**message([tap("a")]), **change})
    assert asking.world.send("reconcile", body).status_code == 400
    assert asking.accepted == 1


@pytest.mark.parametrize("terminal", [("counter-1", "guess"), ("counter-9", "secret-1")])
def test_terminal_that_cannot_say_who_it_is_brings_nothing(office: Office, terminal: tuple[str, str]) -> None:
    """POLICY for each record, nobody asked, nothing kept; with its credential the same record counts."""
    asked = len(office.responder.asked)
    sent = {**message([tap("a"), tap("b")]), "terminal": {"id": terminal[0], "credential": terminal[1]}}
    outcomes = office.world.post("reconcile", sent)["outcomes"]
    assert {name: each["reason"] for name, each in outcomes.items()} == {"a": "POLICY", "b": "POLICY"}
    assert (office.accepted, len(office.responder.asked)) == (1, asked)
    assert office.one(tap("a")) == "OK"


@pytest.mark.parametrize(("seconds", "reason", "accepted"), [(1, "REVOKED", 1), (0, "REVOKED", 1), (-1, "OK", 2)])
def test_revocation_is_weighed_by_when_it_happened(asking: Office, seconds: int, reason: str, accepted: int) -> None:
    """It is known by now: a tap at that second or later is refused and reported, one before was right."""
    revoked_at = NOON + 2 * HOUR
    asking.at(revoked_at + HOUR)
    asking.responder.set(status=REVOKED, this_update=revoked_at)  # which it gives as the revocation time, too
    told = tap("a", revoked_at + timedelta(seconds=seconds))
    assert (asking.one(told), asking.one(told), asking.accepted) == (reason, reason, accepted)
    report = asking.party.reconciled("library")
    assert (report.counted, len(report.revoked_before)) == (1, 0 if seconds < 0 else 1)


def test_status_that_nobody_knows_yet_leaves_the_record_with_the_terminal(asking: Office) -> None:
    """RETRY, nothing kept; the next upload of the same record counts it."""

    def away(_: bytes) -> bytes:
        raise StatusUnreachable("nobody answers")

    asking.responder.says = away
    outcome = asking.world.post("reconcile", message([tap("a")]))["outcomes"]["a"]
    assert (outcome["decision"], outcome["reason"]) == ("retry", "STATUS_UNAVAILABLE")
    assert asking.accepted == 1
    asking.responder.says = None
    assert asking.one(tap("a")) == "OK"
    assert asking.accepted == 2


def test_certificate_that_ended_meanwhile_was_good_when_it_was_shown(counting: Office) -> None:
    """Its last second counts, the next one does not; both were uploaded when it was over."""
    counting.at(pki.NOT_AFTER + HOUR)
    told = [tap("last", pki.NOT_AFTER), tap("after", pki.NOT_AFTER + timedelta(seconds=1))]
    assert counting.send(*told) == {"last": "OK", "after": "EXPIRED"}


def test_who_enrolled_later_was_a_stranger_then(office: Office) -> None:
    """A second before the enrolment is NOT_ENROLLED, the second of it is not."""
    enrolled = NOON - 4 * HOUR
    told = [tap("before", enrolled - timedelta(seconds=1)), tap("then", enrolled)]
    assert office.send(*told) == {"before": "NOT_ENROLLED", "then": "OK"}


SHOWN = tap("x")["presentation"]
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "online": ({"environment": "online"}, "PLACE_NOT_ALLOWED"),
    "no-such-service": ({"service": "pool"}, "POLICY"),
    "no-tap-there": ({"service": "archive"}, "POLICY"),
    "future": ({"taken": "2026-11-21T04:00:01Z"}, "POLICY"),
    "malformed": ({"presentation": {**SHOWN, "certificate": b64(b"no DER")}}, "MALFORMED"),
    "no-chip": (
        {"presentation": {key: tap("x")["presentation"][key] for key in ("challenge", "certificate")}},
        "MALFORMED",
    ),
    "another's-challenge": (
        {"presentation": {**tap("x")["presentation"], "challenge": b64(bytes(32))}},
        "CARD_NOT_GENUINE",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_refused_kept_and_not_counted(office: Office, case: str) -> None:
    """With its reason, which comes again with the record; its right twin counts."""
    changes, reason = CASES[case]
    assert [office.one({**tap("a"), **changes}) for _ in range(2)] == [reason] * 2
    assert (office.accepted, office.visits) == (1, 0)
    assert office.one(tap("b")) == "OK"
    assert office.accepted == 2


def test_records_come_in_time(counting: Office) -> None:
    """Seven days to the second, by this policy."""
    counting.at(NOON + timedelta(days=7))
    told = [tap("in-time", NOON), tap("late", NOON - timedelta(seconds=1))]
    assert counting.send(*told) == {"in-time": "OK", "late": "POLICY"}
    assert counting.accepted == 2


def test_service_whose_policy_takes_no_records(asking: Office) -> None:
    """POLICY, and nothing is kept."""
    assert asking.one(tap("a", service="other")) == "POLICY"
    with asking.database.transaction() as connection:
        assert connection.execute(select(records)).all() == []


def test_limit_is_reported_and_undoes_nothing(counting: Office) -> None:
    """A third visit of the day happened: it counts, and staff see it; online nothing is left."""
    told = [tap(f"t{number}", NOON + number * MINUTE) for number in range(3)]
    assert set(counting.send(*told).values()) == {"OK"}
    report = counting.party.reconciled("library")
    assert (counting.visits, report.counted, [each.name for each in report.over]) == (3, 3, ["t2"])
    assert counting.world.attempt("tap")["reason"] == "ENTITLEMENT"


@pytest.mark.parametrize("order", [0, 1])
def test_two_records_of_one_name_count_neither(office: Office, order: int) -> None:
    """Whichever comes first; what it had taken is given back, and staff see both."""
    told = [tap("a", NOON), tap("a", NOON + MINUTE)]
    reasons = [office.one(told[order]), office.one(told[1 - order]), office.one(told[order])]
    assert reasons == ["OK", "POLICY", "POLICY"]
    assert (office.accepted, office.visits) == (1, 0)
    assert [each.standing for each in office.party.reconciled("library").uncounted] == ["equivocal"] * 2


def test_one_challenge_is_good_for_one_use(office: Office) -> None:
    """Told twice by one terminal under two names: neither counts. Brought by another terminal: a replay."""
    challenge = bytes(range(32))
    assert office.one(tap("a", NOON, challenge)) == "OK"
    assert office.one(tap("a", NOON, challenge), terminal=2) == "CHALLENGE_REPLAYED"
    assert office.accepted == 2
    assert office.one(tap("b", NOON + MINUTE, challenge)) == "POLICY"
    assert office.accepted == 1


def begin(office: Office) -> tuple[Complete, dict[str, Any]]:
    """An online tap at this moment, and the record that the terminal made of it when no answer came."""
    begun = office.world.begin("tap")
    presented = office.world.present(begun, "tap")
    record = tap("a", NOON + HOUR, b64decode(begun["challenge"]))
    return read_message(Complete, msgspec.json.encode(presented)), record


def test_tap_whose_answer_was_lost_counts_once(counting: Office) -> None:
    """It had counted online: the record is that tap, and moves nothing."""
    presented, record = begin(counting)
    assert counting.party.complete(presented).verdict.reason is Reason.OK
    assert (counting.one(record), counting.accepted, counting.visits) == ("OK", 2, 1)
    kept = counting.party.reconciled("library")
    assert (kept.counted, kept.uncounted) == (0, ())


def test_tap_that_never_arrived_counts_by_its_record_and_not_again(office: Office) -> None:
    """The session was open: the record takes its place, and the attempt that arrives later finds it spent."""
    presented, record = begin(office)
    assert office.one(record) == "OK"
    assert office.party.complete(presented).verdict.reason is Reason.CHALLENGE_REPLAYED
    assert office.accepted == 2
    assert office.visits in {1, 0}


def test_attempt_that_was_refused_is_no_tap_later(office: Office) -> None:
    """Its challenge was spent with a chip that is not genuine: a record of it is a replay, and counts nothing."""
    begun = office.world.begin("tap")
    challenge = b64decode(begun["challenge"])
    forged = office.world.present(begun, "tap", chip_signature=pki.sign("own-chip", challenge))
    assert office.world.post("complete", forged)["outcome"]["reason"] == "CARD_NOT_GENUINE"
    assert office.one(tap("a", NOON + HOUR, challenge)) == "CHALLENGE_REPLAYED"
    assert (office.accepted, office.visits) == (1, 0)


def test_online_tap_without_policy_and_its_record_are_one(asking: Office) -> None:
    """Where nothing is counted nobody can tell whether the spent attempt was accepted: it is not counted again."""
    presented, record = begin(asking)
    assert asking.party.complete(presented).verdict.reason is Reason.OK
    assert (asking.one(record), asking.accepted) == ("CHALLENGE_REPLAYED", 2)


@pytest.mark.parametrize("off", [timedelta(), -HOUR, timedelta(days=-1, minutes=-7), 2 * MINUTE])
def test_terminal_whose_clock_is_wrong_tells_of_the_same_use(counting: Office, off: timedelta) -> None:
    """The attempt counted online, its answer was lost: whatever the terminal's clock says, the record is that tap."""
    counting.at(NOON)
    presented, record = begin(counting)
    counting.at(NOON + 2 * MINUTE)
    assert counting.party.complete(presented).verdict.reason is Reason.OK
    record = {**record, "taken": (NOON + off).strftime("%Y-%m-%dT%H:%M:%SZ")}
    expected = "NOT_ENROLLED" if off < timedelta(days=-1) else "OK"
    assert (counting.one(record), counting.accepted, counting.visits) == (expected, 2, 1)


@pytest.mark.parametrize("days", [2, 6])
def test_tap_that_counted_online_is_known_for_as_long_as_records_come(counting: Office, days: int) -> None:
    """Told days later, with other attempts begun meanwhile, which forget sessions that are over: it counted already."""
    presented, record = begin(counting)
    assert counting.party.complete(presented).verdict.reason is Reason.OK
    counting.at(NOON + timedelta(days=days))
    begin(counting)
    assert (counting.one(record), counting.accepted, counting.visits) == ("OK", 2, 1)


@pytest.mark.parametrize("purpose", ["enrol", "login"])
def test_session_that_no_record_is_about_is_forgotten_after_a_day(asking: Office, purpose: str) -> None:
    """A login shows no chip; of an enrolment the chip's answer might come again, so it stays known. Nobody is named."""
    asking.at(NOON)
    assert asking.world.attempt(purpose)["reason"] == ("ALREADY_ENROLLED" if purpose == "enrol" else "OK")
    asking.at(NOON + timedelta(days=2))
    with asking.database.transaction() as connection:
        named = connection.execute(select(sessions.c.holder_serial).where(sessions.c.spent == 1)).scalars().all()
    assert set(named) == {None}
    begin(asking)
    with asking.database.transaction() as connection:
        left = connection.execute(select(sessions.c.purpose).where(sessions.c.spent == 1)).scalars().all()
    assert left == (["enrol"] * 2 if purpose == "enrol" else ["enrol"])


def test_record_of_another_terminals_attempt_takes_nothing(counting: Office) -> None:
    """Its session stays open, and its challenge stays its own terminal's."""
    presented, record = begin(counting)
    assert counting.one({**record, "id": "stolen"}, terminal=2) == "CHALLENGE_REPLAYED"
    assert counting.party.complete(presented).verdict.reason is Reason.OK
    assert (counting.one(record), counting.accepted, counting.visits) == ("OK", 2, 1)


@pytest.mark.parametrize("taken", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59"])
def test_record_with_an_impossible_time_spoils_no_other(taken: str) -> None:
    """A service with hours moves instants by a calendar: the record is refused and kept; its neighbour counts.

    One that spoils the whole upload would come again with it for ever, and everything behind it would be lost.
    """
    made = Office(SERVICES.replace("    net:", "    hours: {open: [{from: '00:00', to: '24:00'}]}\n    net:"))
    try:
        told = made.send({**tap("bad"), "taken": taken}, tap("good"))
        assert told["good"] == "OK"
        assert told["bad"] in {"EXPIRED", "NOT_YET_VALID"}
        assert [each.name for each in made.party.reconciled("library").uncounted] == ["bad"]
    finally:
        made.world.close()


def test_each_judgement_is_in_the_audit_before_it_counts(office: Office) -> None:
    """One row for each record that was judged, none for one that comes again, one for a terminal that is not ours."""
    before = len(audited(office))
    office.send(tap("a"), tap("b", NOON + MINUTE), tap("c", environment="online"))
    office.send(tap("a"))
    rows = audited(office)[before:]
    assert sorted(row.reason for row in rows) == ["OK", "OK", "PLACE_NOT_ALLOWED"]
    assert {(row.who, row.service, row.purpose) for row in rows} == {("counter-1", "library", "tap")}
    stranger = {**message([tap("d")]), "terminal": {"id": "counter-1", "credential": "guess"}}
    office.world.post("reconcile", stranger)
    (row,) = audited(office)[before + 3 :]
    assert (row.who, row.service, row.reason) == ("?", "?", "POLICY")


def audited(office: Office) -> list[Row]:
    """The rows of the audit."""
    with office.party.audit.writer.storage.reading() as connection:
        return [decode_row(each.text.partition(" ")[2]) for group in stored_rows(connection) for each in group]


def test_record_of_a_holder_who_leaves_while_it_is_judged_counts_for_nobody(
    counting: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An erased account gets no rows again: the terminal keeps the record, and next time the holder is a stranger."""
    take_in = Reconciliation.take_in

    def left(self: Reconciliation, *given: Any) -> Any:
        assert counting.party.unlink(Unlink(pki.leaf(), "library")).verdict.reason is Reason.OK
        return take_in(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Reconciliation, "take_in", left)
        outcome = counting.world.post("reconcile", message([tap("a")]))["outcomes"]["a"]
    assert (outcome["decision"], outcome["reason"]) == ("retry", "STATUS_UNAVAILABLE")
    with counting.database.transaction() as connection:
        assert [connection.execute(select(each)).all() for each in (sums, records)] == [[], []]
    assert counting.one(tap("a")) == "NOT_ENROLLED"


def test_reset_forgets_records(office: Office) -> None:
    """The same record is a stranger's after it."""
    assert office.one(tap("a")) == "OK"
    office.world.post("reset", {})
    assert office.one(tap("a")) == "NOT_ENROLLED"


def enrolled_store(folder: Path) -> None:
    """A store in which the holder is enrolled, ten days before."""
    kill_party.lay(folder)
    database = Database(folder / "party.db")
    office = kill_party.party(database, folder)
    world = World(Surface(office, test_surface=True), office, Responder(), database)
    world.set_time((NOON - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert world.attempt("enrol")["reason"] == "OK"
    world.close()


def run_and_kill(folder: Path, portion: int, after: int) -> int:
    """Starts the program, kills it once it has told so many steps; the last step told."""
    command = [sys.executable, "-m", "tests.reference_impl.services.kill_party", str(folder), str(portion)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after)]
        process.kill()
        told += process.stdout.read().splitlines()
    assert process.returncode == -signal.SIGKILL
    return max((int(line) for line in told if line.strip()), default=0)


def test_party_that_is_killed_counts_each_record_once(tmp_path: Path) -> None:
    """Killed twice amid the same uploads: what was answered is kept, and once all has come each tap counted once."""
    enrolled_store(tmp_path)
    told = [run_and_kill(tmp_path, *each) for each in ((1, 7), (3, 9))]
    database = Database(tmp_path / "party.db")
    office = kill_party.party(database, tmp_path)
    with database.transaction() as connection:
        kept = connection.execute(select(records.c.name)).scalars().all()
    assert len(kept) >= max(told)
    assert len(kept) < TAPS
    sent = read_message(Reconcile, msgspec.json.encode(message(taps())))
    verdicts = office.reconcile(sent)
    assert {each.verdict.reason for each in verdicts.values()} == {Reason.OK}
    account = office.account(pki.leaf())
    assert account is not None
    assert account.accepted == 1 + TAPS
    with database.transaction() as connection:
        assert sum(connection.execute(select(sums.c.amount)).scalars()) == TAPS
    database.close()

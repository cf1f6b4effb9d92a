"""Bad requests: each a Problem with its reason, nothing changed, nothing leaked; sessions in the wrong hands."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, NamedTuple

import pytest

from reference_impl.verification.place import Environment
from reference_impl.web.problems import ProblemReason
from reference_impl.web.reading import JSON, MAXIMUM_BODY
from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, b64, configuration
from tests.reference_impl.web.client import AUDITOR, OPERATOR, Site, basic, bearer, octets

BEGIN = {"environment": "online"}
LOGIN = "/api/v1/services/library/login"
FIND = "/api/v1/accounts/find"
KIND = {"content-type": JSON}
SHOWN = {"challenge": "", "certificate": ""}
STRANGER = {"certificate": b64(pki.leaf(issuer_key="rogue-ca"))}
CANARY = "CANARY-0571"
"""Sent wherever something can be sent; nothing that comes back or is logged has it."""


class Bad(NamedTuple):
    """A request and what is answered."""

    status: int
    reason: str
    method: str = "POST"
    address: str = LOGIN
    body: object = BEGIN
    headers: dict[str, str] = {**KIND, **basic()}  # noqa: RUF012 - never changed


def padded(length: int) -> bytes:
    """A right message of so many octets."""
    return octets(BEGIN).ljust(length)


BAD: dict[str, Bad] = {
    "body-of-one-octet-too-many": Bad(413, "BODY_TOO_LARGE", body=padded(MAXIMUM_BODY + 1)),
    "form": Bad(415, "CONTENT_TYPE", headers={**basic(), "content-type": "application/x-www-form-urlencoded"}),
    "no-content-type": Bad(415, "CONTENT_TYPE", headers=basic()),
    "another-charset": Bad(415, "CONTENT_TYPE", headers={**basic(), "content-type": f"{JSON}; charset=utf-16"}),
    "no-body": Bad(400, "JSON_BROKEN", body=b""),
    "cut-off": Bad(400, "JSON_BROKEN", body=b'{"environment":"onl'),
    "two-documents": Bad(400, "JSON_BROKEN", body=b'{"environment":"online"}{}'),
    "no-text": Bad(400, "JSON_BROKEN", body=b'{"environment":"\xff\xfe"}'),
    "nested-deeply": Bad(400, "MESSAGE_INVALID", body=b"[" * 100_000),
    "number-without-end": Bad(400, "MESSAGE_INVALID", body=b"9" * 5000),
    "list": Bad(400, "MESSAGE_INVALID", body=[]),
    "missing-field": Bad(400, "MESSAGE_INVALID", body={}),
    "unknown-field": Bad(400, "MESSAGE_INVALID", body={**BEGIN, CANARY: CANARY}),
    "unknown-place": Bad(400, "MESSAGE_INVALID", body={"environment": CANARY}),
    "null": Bad(400, "MESSAGE_INVALID", body={"environment": None}),
    "broken-base64": Bad(400, "MESSAGE_INVALID", body={**BEGIN, "holder": {"certificate": "A"}}),
    "field-twice": Bad(400, "FIELD_TWICE", body=b'{"environment":"online","environment":"attended"}'),
    "inner-field-twice": Bad(
        400, "FIELD_TWICE", body=b'{"environment":"online","holder":{"certificate":"","certificate":""}}'
    ),
    "escaped-name-twice": Bad(400, "FIELD_TWICE", body=b'{"environment":"online","\\u0065nvironment":"attended"}'),
    "nobody": Bad(401, "UNAUTHENTICATED", headers=KIND),
    "wrong-credential": Bad(401, "UNAUTHENTICATED", headers={**KIND, **basic("counter-1", CANARY)}),
    "unknown-terminal": Bad(401, "UNAUTHENTICATED", headers={**KIND, **basic(CANARY)}),
    "no-base64": Bad(401, "UNAUTHENTICATED", headers={**KIND, "authorization": "Basic ~~~"}),
    "no-text-in-base64": Bad(401, "UNAUTHENTICATED", headers={**KIND, "authorization": "Basic //79"}),
    "wrong-token": Bad(401, "UNAUTHENTICATED", headers={**KIND, **bearer(CANARY)}),
    "another-scheme": Bad(401, "UNAUTHENTICATED", headers={**KIND, "authorization": f"Digest {CANARY}"}),
    "operator-as-terminal": Bad(403, "FORBIDDEN", headers={**KIND, **bearer(OPERATOR)}),
    "terminal-as-operator": Bad(403, "FORBIDDEN", address="/api/v1/accounts/find", body={"certificate": ""}),
    "auditor-as-operator": Bad(403, "FORBIDDEN", "GET", "/metrics", b"", bearer(AUDITOR)),
    "operator-as-auditor": Bad(403, "FORBIDDEN", "GET", "/api/v1/audit", b"", bearer(OPERATOR)),
    "unknown-address": Bad(404, "ADDRESS_UNKNOWN", address=f"/api/v1/{CANARY}"),
    "contract-verb": Bad(404, "ADDRESS_UNKNOWN", address="/kazashi/v1/begin"),
    "address-with-a-slash": Bad(404, "ADDRESS_UNKNOWN", address=LOGIN + "/"),
    "unknown-purpose": Bad(404, "ADDRESS_UNKNOWN", address=f"/api/v1/services/library/{CANARY}"),
    "unknown-service": Bad(404, "SERVICE_UNKNOWN", address=f"/api/v1/services/{CANARY}/login"),
    "nul-in-an-id": Bad(400, "MESSAGE_INVALID", address="/api/v1/reconcile", body={"records": [{"id": "\0"}]}),
    "amount-twice": Bad(
        400, "FIELD_TWICE", address=f"{LOGIN}/x",
        body=b'{"challenge":"","certificate":"","use":{"amounts":{"CANARY-0571":1,"CANARY-0571":2}}}',
    ),
    "another-method": Bad(405, "METHOD_NOT_ALLOWED", "GET"),
    "unknown-method": Bad(405, "METHOD_NOT_ALLOWED", "BREW"),
    "unknown-session": Bad(404, "SESSION_UNKNOWN", address=f"{LOGIN}/{CANARY}", body=SHOWN),
    "session-of-another-alphabet": Bad(404, "SESSION_UNKNOWN", address=f"{LOGIN}/%E3%81%8B%00", body=SHOWN),
    "no-certificate": Bad(
        400, "CERTIFICATE_UNREADABLE", address=FIND, body={"certificate": "AAAA"}, headers={**KIND, **bearer(OPERATOR)}
    ),
    "no-account": Bad(404, "ACCOUNT_UNKNOWN", address=FIND, body=STRANGER, headers={**KIND, **bearer(OPERATOR)}),
    "unknown-query": Bad(400, "QUERY_INVALID", "GET", f"/api/v1/audit?{CANARY}=1", b"", bearer(AUDITOR)),
    "query-twice": Bad(400, "QUERY_INVALID", "GET", "/api/v1/audit?format=csv&format=json", b"", bearer(AUDITOR)),
    "unknown-format": Bad(400, "QUERY_INVALID", "GET", f"/api/v1/audit?format={CANARY}", b"", bearer(AUDITOR)),
    "no-instant": Bad(400, "QUERY_INVALID", "GET", f"/api/v1/audit?since={CANARY}", b"", bearer(AUDITOR)),
    "local-instant": Bad(400, "QUERY_INVALID", "GET", "/api/v1/audit?since=2026-11-21T00:00:00", b"", bearer(AUDITOR)),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_request_is_a_problem_and_changes_nothing(served: Site, name: str) -> None:
    """Status, reason, both languages; nothing that was sent comes back or is logged; the next right login works."""
    bad = BAD[name]
    before = account(served)
    answer = served.ask(bad.method, bad.address, bad.headers, octets(bad.body))
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["reason"]) == (bad.status, bad.status, bad.reason), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:kazashi:problem:{bad.reason}"
    assert problem["request_id"] == answer.headers["x-request-id"] == served.lines()[-1]["request_id"]
    assert all(problem["text"].values())
    assert CANARY not in answer.text + str(answer.headers) + served.logged.getvalue()
    assert served.lines()[-1]["reason"] == bad.reason
    assert account(served) == before
    assert served.attempt("login")["reason"] == "OK"


def account(served: Site) -> Any:
    """What is stored of the holder."""
    return served.post("/api/v1/accounts/find", {"certificate": b64(pki.leaf())}, bearer(OPERATOR)).json()


def test_every_problem_has_a_row_of_its_own_here() -> None:
    """Each reason is either in the table, or in a test below that makes it otherwise."""
    otherwise = {"BODY_TOO_SLOW", "BODY_CUT_OFF", "STORE_UNUSABLE", "AUDIT_UNUSABLE", "OVERLOADED", "INTERNAL"}
    assert {bad.reason for bad in BAD.values()} | otherwise == set(ProblemReason)


def test_body_of_the_greatest_length_is_read(served: Site) -> None:
    """262,144 octets are read, if most of them are white space."""
    assert served.post(LOGIN, padded(MAXIMUM_BODY)).status_code == 201


def test_certificate_of_a_tap_is_not_repeated(served: Site) -> None:
    """A hint that is no certificate is a verdict at once, and names offset and rule but no octet."""
    answer = served.post("/api/v1/services/library/tap", {"environment": "attended", "holder": {"certificate": "AAAA"}})
    assert (answer.status_code, answer.json()["reason"]) == (200, "MALFORMED")
    assert "AAAA" not in answer.text


Receive = Callable[[], Any]


def exchange(site: Site, events: Iterator[MutableMapping[str, Any] | None]) -> tuple[int, Message]:
    """A login whose body comes as these events; after None nothing comes any more."""
    sent: list[MutableMapping[str, Any]] = []
    headers = [(name.encode(), value.encode()) for name, value in {**KIND, **basic()}.items()]
    scope = {"type": "http", "method": "POST", "path": LOGIN, "raw_path": LOGIN.encode(), "query_string": b""}

    async def receive() -> MutableMapping[str, Any]:
        event = next(events)
        if event is None:
            await asyncio.Event().wait()
            raise AssertionError
        return event

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    asyncio.run(site.door({**scope, "headers": headers, "root_path": "", "http_version": "1.1"}, receive, send))
    body = b"".join(event.get("body", b"") for event in sent)
    return int(sent[0]["status"]), json.loads(body)


@pytest.fixture
def impatient(enrolled: Any) -> Iterator[Site]:
    """A service that waits a moment for a body."""
    made = Site(enrolled, body_seconds=0.05)
    yield made
    made.close()


def part(body: bytes, *, more: bool) -> MutableMapping[str, Any]:
    """A part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_body_that_does_not_end_in_time_is_408(impatient: Site) -> None:
    """However it is dealt out: the deadline is for all of it."""
    begun = time.monotonic()
    status, problem = exchange(impatient, iter([part(b'{"environment', more=True), None]))
    assert (status, problem["reason"]) == (408, "BODY_TOO_SLOW")
    assert time.monotonic() - begun < 5
    assert impatient.attempt("login")["reason"] == "OK"


def test_body_without_a_length_is_read_no_further_than_it_may_be(impatient: Site) -> None:
    """Sent in chunks: refused as soon as it is too long, and the rest is not asked for."""
    chunks = iter([*[part(bytes(65_536), more=True)] * 5, AssertionError()])
    status, problem = exchange(impatient, chunks)  # type: ignore[arg-type]
    assert (status, problem["reason"]) == (413, "BODY_TOO_LARGE")


def test_body_that_is_cut_off_is_told_to_the_log(impatient: Site) -> None:
    """The caller is gone; one line says so."""
    status, problem = exchange(impatient, iter([part(b'{"environment', more=True), {"type": "http.disconnect"}]))
    assert (status, problem["reason"]) == (400, "BODY_CUT_OFF")
    assert impatient.lines()[-1]["reason"] == "BODY_CUT_OFF"


TWO = {**configuration(), "terminals": [{"id": f"counter-{n}", "credential": f"secret-{n}"} for n in (1, 2)]}


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/api/v1/services/library/login", basic("counter-2", "secret-2")),
        ("/api/v1/services/archive/login", basic()),
        ("/api/v1/services/library/enrol", basic()),
    ],
    ids=["another-terminal", "another-service", "another-purpose"],
)
def test_crossed_session_is_unknown_and_stays_unspent(served: Site, address: str, headers: dict[str, str]) -> None:
    """In the wrong hands a session is one that was never begun, word for word; its owner ends it afterwards."""
    served.world.post("configure", TWO)
    begun = served.begin("login")
    message = served.presented(begun, "login")
    crossed = served.post(f"{address}/{begun['session']}", message, headers)
    never = served.post(f"{address}/{'0' * 48}", message, headers)
    assert (crossed.status_code, crossed.json()["reason"]) == (404, "SESSION_UNKNOWN")
    told = [{**each.json(), "request_id": ""} for each in (crossed, never)]
    assert told[0] == told[1]
    assert served.complete(begun, "login").json()["reason"] == "OK"


def test_terminal_stands_where_the_operator_says(enrolled: Any) -> None:
    """One that stands outdoors cannot have a tap by saying that it is attended; one that is not named may say so."""
    site = Site(enrolled, surroundings={"counter-1": (Environment.OUTDOOR, Environment.ONLINE)})
    try:
        answer = site.post("/api/v1/services/library/tap", {"environment": "attended"})
        assert (answer.status_code, answer.json()["reason"]) == (403, "FORBIDDEN")
        assert site.post(LOGIN, {"environment": "online"}).status_code == 201
        site.world.post("configure", TWO)
        other = site.post("/api/v1/services/library/tap", {"environment": "attended"}, basic("counter-2", "secret-2"))
        assert other.status_code == 201
    finally:
        site.close()


def test_replayed_session_is_refused_and_counts_once(served: Site) -> None:
    """The same octets again: CHALLENGE_REPLAYED, and the account is as it was."""
    begun = served.begin("login")
    assert served.complete(begun, "login").json()["reason"] == "OK"
    before = account(served)
    again = served.complete(begun, "login")
    assert (again.status_code, again.json()["reason"]) == (200, "CHALLENGE_REPLAYED")
    assert account(served) == before


def test_challenge_of_another_session_is_a_mismatch(served: Site) -> None:
    """A proof made for one session is none in another."""
    mine, other = served.begin("login"), served.begin("login")
    crossed = served.post(f"{LOGIN}/{mine['session']}", served.presented(other, "login"))
    assert (crossed.status_code, crossed.json()["reason"]) == (200, "CHALLENGE_MISMATCH")


def test_audit_that_cannot_be_written_is_a_problem_and_no_verdict(served: Site) -> None:
    """Fail closed: nobody is told what nobody could write down."""
    begun = served.begin("login")
    with served.world.party.audit.writer.storage.appending() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_groups RENAME TO away")
    answer = served.complete(begun, "login")
    assert (answer.status_code, answer.json()["reason"]) == (503, "AUDIT_UNUSABLE")
    assert answer.headers["retry-after"] == "2"


def test_store_that_breaks_is_a_problem(served: Site) -> None:
    """A table is gone: 503, and ready says so; alive is alive."""
    assert served.world.database is not None
    with served.world.database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE sessions RENAME TO away")
    answer = served.post(LOGIN, BEGIN)
    assert (answer.status_code, answer.json()["reason"]) == (503, "STORE_UNUSABLE")
    assert served.ask("GET", "/health/live", {}).status_code == 200


def test_error_of_ours_is_a_problem_and_a_place_in_the_log(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 without a word of what was raised; the log has kind and place under the same id, and not the message."""

    def fail(*_: object) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr(served.world.party, "begin", fail)
    answer = served.post(LOGIN, BEGIN)
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    line = served.lines()[-1]
    assert line["request_id"] == answer.json()["request_id"]
    assert line["fault"].startswith("LookupError at fail:")
    assert CANARY not in answer.text + served.logged.getvalue()


def test_too_many_requests_are_sent_away(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many at a time: 503 at once, and when to come again."""
    monkeypatch.setattr("reference_impl.web.door.MOST", 0)
    answer = served.post(LOGIN, BEGIN)
    assert (answer.status_code, answer.json()["reason"], answer.headers["retry-after"]) == (503, "OVERLOADED", "1")

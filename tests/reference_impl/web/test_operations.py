"""What the service does when it is asked rightly, and that its answers are as it describes them."""

import json
from base64 import b64decode

import jsonschema
import msgspec
import pytest
from cryptography.x509.ocsp import OCSPCertStatus

from reference_impl.audit.storage import Storage
from reference_impl.web.openapi import describe
from reference_impl.web.operations import OPERATIONS
from reference_impl.web.problems import MEANINGS, ProblemReason
from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, b64
from tests.reference_impl.web.client import AUDITOR, OPERATOR, Site, basic, bearer


@pytest.mark.parametrize("purpose", ["login", "tap", "sign"])
def test_attempt_of_an_enrolled_holder_is_accepted(served: Site, purpose: str) -> None:
    """A challenge of 32 octets that expires, a verdict with both languages and the status it rests on."""
    begun = (
        served.begin(purpose, holder={"certificate": b64(pki.leaf())}) if purpose == "tap" else served.begin(purpose)
    )
    if purpose == "sign":
        served.world.responder.set(issuer_key="sign-ca", kind="sign")
    assert len(b64decode(begun["challenge"])) == 32
    assert begun["expires"] == "2026-11-21T00:25:00Z"
    assert ("birth_date" in begun, "document" in begun) == (purpose == "tap", purpose == "sign")
    answer = served.complete(begun, purpose)
    verdict = answer.json()
    assert (answer.status_code, verdict["decision"], verdict["reason"]) == (200, "accept", "OK"), verdict
    assert verdict["text"] == {"ja": "受け付けました", "en": "accepted"}
    assert verdict["status"]["source"] == "ocsp"
    assert verdict["judged_at"] == "2026-11-21T00:20:00Z"


def test_begun_session_has_an_address(site: Site) -> None:
    """Location says where the attempt is ended (RFC 9110 §10.2.2)."""
    answer = site.post("/api/v1/services/library/login", {"environment": "online"})
    session = answer.json()["session"]
    assert answer.headers["location"] == f"/api/v1/services/library/login/{session}"
    assert answer.headers["cache-control"] == "no-store"


def test_service_is_told_by_which_name_it_knows_the_holder(served: Site) -> None:
    """Login and tap name one PPID of 128 bits, at a refusal there is none; it is not made of the serial number."""
    names = {served.attempt("login")["ppid"] for _ in range(2)}
    begun = served.begin("tap", holder={"certificate": b64(pki.leaf())})
    names.add(served.complete(begun, "tap").json()["ppid"])
    (name,) = names
    assert len(bytes.fromhex(name)) == 16
    served.world.responder.set(status=OCSPCertStatus.REVOKED)
    assert "ppid" not in served.attempt("login")


def test_refusal_is_an_answer_with_its_reason(site: Site) -> None:
    """Nobody is enrolled: 200, and the verdict says it in both languages; nothing of the holder is in it."""
    verdict = site.attempt("login")
    assert (verdict["decision"], verdict["reason"]) == ("reject", "NOT_ENROLLED")
    assert all(verdict["text"].values())
    assert not {"holder", "serial", "issuer_key"} & set(verdict)


def test_refusal_at_the_beginning_is_a_verdict_too(site: Site) -> None:
    """A tap outdoors is refused before there is a session."""
    answer = site.post("/api/v1/services/library/tap", {"environment": "outdoor"})
    assert (answer.status_code, answer.json()["reason"]) == (200, "PLACE_NOT_ALLOWED")


def test_purpose_that_the_service_does_not_have_is_a_verdict(site: Site) -> None:
    """The archive takes no signatures."""
    answer = site.post("/api/v1/services/archive/sign", {"environment": "online"})
    assert (answer.status_code, answer.json()["reason"]) == (200, "POLICY")


def test_operator_finds_an_account_and_leaves_a_row_in_the_audit(served: Site) -> None:
    """Issuer key, serial, services, count; who looked stands in the audit."""
    message = {"certificate": b64(pki.leaf())}
    answer = served.post("/api/v1/accounts/find", message, bearer(OPERATOR))
    assert (answer.status_code, answer.json()["services"]) == (200, ["library"])
    rows = served.ask("GET", "/api/v1/audit", bearer(AUDITOR)).text.splitlines()
    assert [json.loads(row)["who"] for row in rows if json.loads(row).get("purpose") == "account"] == ["op-1"]


def test_operator_lets_a_holder_leave(served: Site) -> None:
    """Accepted, with who did it in the audit; the next login is a stranger's, and a second leaving finds nobody."""
    address, message = "/api/v1/services/library/unlink", {"certificate": b64(pki.leaf())}
    assert served.post(address, message, bearer(OPERATOR)).json()["decision"] == "accept"
    assert served.attempt("login")["reason"] == "NOT_ENROLLED"
    assert served.post(address, message, bearer(OPERATOR)).json()["reason"] == "NOT_ENROLLED"
    rows = map(json.loads, served.ask("GET", "/api/v1/audit", bearer(AUDITOR)).text.splitlines()[1:])
    assert ("op-1", "unlink") in [(row["who"], row["purpose"]) for row in rows]


def test_auditor_takes_the_rows_home(served: Site) -> None:
    """JSON lines and CSV, by service; the header says that the chain is sound."""
    served.attempt("login")
    answer = served.ask("GET", "/api/v1/audit?service=library", bearer(AUDITOR))
    first, *rows = map(json.loads, answer.text.splitlines())
    assert first["format"] == "kazashi-audit"
    assert [(row["purpose"], row["reason"]) for row in rows] == [("enrol", "OK"), ("login", "OK")]
    assert answer.headers["kazashi-audit-findings"] == "0"
    table = served.ask("GET", "/api/v1/audit?format=csv", bearer(AUDITOR))
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.startswith("\ufeff連番 / sequence")


def test_changed_row_is_told_to_the_auditor(served: Site) -> None:
    """Somebody changed a row: the export is given, and the header says that something was found."""
    storage: Storage = served.world.party.audit.writer.storage
    with storage.appending() as connection:
        connection.exec_driver_sql("UPDATE audit_groups SET rows = replace(rows, '\"OK\"', '\"NO\"')")
    answer = served.ask("GET", "/api/v1/audit", bearer(AUDITOR))
    assert (answer.status_code, int(answer.headers["kazashi-audit-findings"]) > 0) == (200, True)


def test_metrics_count_what_happened(served: Site) -> None:
    """Verdicts by purpose and reason, requests by route and status, problems by reason, seconds in buckets."""
    served.attempt("login")
    served.post("/api/v1/services/nowhere/login", {"environment": "online"})
    text = served.ask("GET", "/metrics", bearer(OPERATOR)).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['kazashi_verdicts_total{purpose="login",reason="OK"}'] == "1"
    assert lines['kazashi_problems_total{reason="SERVICE_UNKNOWN"}'] == "1"
    route = "/api/v1/services/{service}/login/{session}"
    assert lines[f'kazashi_requests_total{{route="{route}",status="200"}}'] == "1"
    assert lines[f'kazashi_request_seconds_bucket{{route="{route}",le="+Inf"}}'] == "1"
    assert lines[f'kazashi_request_seconds_count{{route="{route}"}}'] == "1"
    assert lines["kazashi_requests_in_flight"] == "1"  # this one


def test_health_tells_alive_and_ready(site: Site) -> None:
    """Anybody may ask; a store that is gone makes it unready and leaves it alive."""
    for kind in ("live", "ready"):
        assert site.ask("GET", f"/health/{kind}", {}).json() == {"status": "ok"}


def test_every_answer_is_as_described(served: Site) -> None:
    """Answers and Problems validate against the schemas of the description that is served."""
    description = served.ask("GET", "/openapi.json", {}).json()
    assert description == json.loads(msgspec.json.encode(describe(OPERATIONS)))
    assert description["openapi"] == "3.1.0"
    begun = served.begin("login")

    def require(kind: str, answer: Message) -> None:
        schema = {"$ref": f"#/components/schemas/{kind}", "components": description["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer)

    require("Begun", begun)
    require("VerdictAnswer", served.complete(begun, "login").json())
    require("VerdictAnswer", served.complete(begun, "login").json())
    require("ProblemDetails", served.post("/api/v1/services/x/login", {"environment": "online"}).json())
    require(
        "AccountView", served.post("/api/v1/accounts/find", {"certificate": b64(pki.leaf())}, bearer(OPERATOR)).json()
    )


def test_every_reason_of_a_problem_has_words() -> None:
    """In both languages, and a status of the HTTP registry."""
    assert set(MEANINGS) == set(ProblemReason)
    assert all(meaning.ja and meaning.en and 400 <= meaning.status < 600 for meaning in MEANINGS.values())


def test_every_operation_says_who_may_ask_and_has_its_own_name() -> None:
    """Names are unique; each POST has a message of its own."""
    assert len({row.name for row in OPERATIONS}) == len(OPERATIONS)
    assert len({(row.method, row.path) for row in OPERATIONS}) == len(OPERATIONS)


def test_terminal_of_another_name_is_somebody_else(site: Site) -> None:
    """Id and credential belong together."""
    answer = site.post("/api/v1/services/library/login", {"environment": "online"}, basic("counter-2", "secret-1"))
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")

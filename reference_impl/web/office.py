"""What operators and auditors ask: an account, the audit, the numbers; and whether the service lives.

An operator who looks somebody up leaves a row in the audit, as a check does.
"""

import io
import tempfile
from contextlib import ExitStack
from typing import Final

from reference_impl.accounts.view import AccountView
from reference_impl.audit.export import Selection, export_csv, export_json
from reference_impl.messages import Unlink
from reference_impl.verification.der import DerError
from reference_impl.web.attempts import judged_answer, require_service, typed
from reference_impl.web.callers import Role
from reference_impl.web.messages import ByCertificate, Health, VerdictAnswer
from reference_impl.web.metrics import CONTENT_TYPE
from reference_impl.web.operation import Answer, Asked, AuditQuery, Operation, Running
from reference_impl.web.problems import Problem, ProblemReason

_KINDS: Final = {"json": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def find_account(running: Running, asked: Asked) -> Answer:
    """What is stored about the holder of a certificate."""
    party = running.party
    party.audit.note(party.clock.read().now, "account", asked.caller.id)
    try:
        found = party.account(typed(asked, ByCertificate).certificate)
    except DerError as error:
        where = f"$.certificate, offset {error.offset}"
        raise Problem(ProblemReason.CERTIFICATE_UNREADABLE, where, error.expected, error.actual) from error
    if found is None:
        raise Problem(ProblemReason.ACCOUNT_UNKNOWN)
    return Answer(found)


def unlink(running: Running, asked: Asked) -> Answer:
    """The holder leaves the service; an operator has asked for a proof before, for a certificate is none."""
    party = running.party
    require_service(party, asked)
    party.audit.note(party.clock.read().now, "unlink", asked.caller.id)
    return judged_answer(party.unlink(Unlink(typed(asked, ByCertificate).certificate, asked.service)), "unlink")


def export_audit(running: Running, asked: Asked) -> Answer:
    """The rows an auditor asked for, verified while they are written; how many faults were found stands in a header."""
    query, party = asked.query or AuditQuery(), running.party
    party.audit.note(party.clock.read().now, "audit", asked.caller.id)
    write = export_csv if query.format == "csv" else export_json
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())  # nobody else can open it; it is gone when it was sent
        out = io.TextIOWrapper(file, encoding="utf-8", newline="")
        report = write(party.audit.writer.storage, out, Selection(query.since, query.until, query.service))
        out.detach()
        stack.pop_all()
    file.seek(0)
    headers = {"kazashi-audit-findings": str(len(report.findings)), "kazashi-audit-rows": str(report.rows)}
    return Answer(file=file, media_type=_KINDS[query.format], headers=headers)


def tell_metrics(running: Running, _: Asked) -> Answer:
    """The numbers of all processes of this service."""
    return Answer(octets=running.metrics.text().encode(), media_type=CONTENT_TYPE)


def is_alive(_: Running, __: Asked) -> Answer:
    """The process answers."""
    return Answer(Health())


def is_ready(running: Running, _: Asked) -> Answer:
    """Store and audit can be read."""
    party = running.party
    with party.database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    party.audit.writer.head()
    return Answer(Health())


OFFICE: Final = (
    Operation(
        path="/api/v1/accounts/find", role=Role.OPERATOR, act=find_account, asks=ByCertificate,
        answers={200: AccountView}, name="find_account",
        ja="証明書の持ち主の登録を照会する", en="what is stored about the holder of a certificate",
    ),
    Operation(
        path="/api/v1/services/{service}/unlink", role=Role.OPERATOR, act=unlink, asks=ByCertificate,
        answers={200: VerdictAnswer}, name="unlink",
        ja="利用者をサービスから退会させ、記録を消去する", en="the holder leaves the service, and is forgotten there",
    ),
    Operation(
        method="GET", path="/api/v1/audit", role=Role.AUDITOR, act=export_audit, query=AuditQuery,
        media_types=tuple(_KINDS.values()), name="export_audit",
        ja="監査記録を検証しながら書き出す", en="the audit's rows, verified while they are written",
    ),
    Operation(
        method="GET", path="/metrics", role=Role.OPERATOR, act=tell_metrics, media_types=(CONTENT_TYPE,),
        name="metrics", ja="Prometheus 形式の計測値", en="the numbers, in Prometheus' text format",
    ),
    Operation(
        method="GET", path="/health/live", role=Role.ANYBODY, act=is_alive, answers={200: Health}, name="live",
        ja="プロセスの生存確認", en="whether the process answers",
    ),
    Operation(
        method="GET", path="/health/ready", role=Role.ANYBODY, act=is_ready, answers={200: Health}, name="ready",
        ja="要求を処理できるか", en="whether store and audit can be used",
    ),
)  # fmt: skip

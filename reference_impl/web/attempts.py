"""Attempts over HTTP: begun by a terminal, ended by the same one, for the same service and purpose.

A session belongs to whoever began it. In anybody else's hands, at another service or for another purpose it is as
unknown as one that was never begun: its challenge stays unspent, and nobody learns that it exists.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import UnsetType

from reference_impl.messages import Begin, Complete, Presentation, Terminal
from reference_impl.relying_party import Judged, RelyingParty
from reference_impl.store.sessions import CHALLENGE_LIFETIME, Session
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.web.callers import Role
from reference_impl.web.messages import BeginAttempt, Begun, CompleteAttempt, VerdictAnswer, verdict_answer
from reference_impl.web.operation import Answer, Asked, Operation, Running
from reference_impl.web.problems import Problem, ProblemReason

Act = Callable[[Running, Asked], Answer]
_M = TypeVar("_M")


def attempts() -> tuple[Operation, ...]:
    """Two rows for each purpose."""
    return tuple(row for purpose in Purpose for row in _rows(purpose))


def _rows(purpose: Purpose) -> tuple[Operation, Operation]:
    ja, en = _CALLED.get(purpose, (purpose.value, purpose.value))
    address = f"/api/v1/services/{{service}}/{purpose}"
    return (
        Operation(
            path=address, role=Role.TERMINAL, act=_begin(purpose), asks=BeginAttempt, purpose=purpose,
            answers={201: Begun, 200: VerdictAnswer}, name=f"begin_{purpose}",
            ja=f"{ja}を始める(チャレンジを得る)", en=f"begin {en}: a challenge, or the verdict at once",
        ),
        Operation(
            path=f"{address}/{{session}}", role=Role.TERMINAL, act=_complete(purpose), asks=CompleteAttempt,
            purpose=purpose, answers={200: VerdictAnswer}, name=f"complete_{purpose}",
            ja=f"{ja}を終える(カードが返したものを渡す)", en=f"complete {en}: the verdict on what the card gave",
        ),
    )  # fmt: skip


_CALLED: Final = {
    "enrol": ("利用登録", "an enrolment"),
    "login": ("ログイン", "a login"),
    "tap": ("かざし利用", "a tap"),
    "sign": ("電子署名", "a signature"),
    "relink": ("更新されたカードの引継ぎ", "a relink after renewal"),
}


def _begin(purpose: Purpose) -> Act:
    def act(running: Running, asked: Asked) -> Answer:
        party, caller = running.party, asked.caller
        require_service(party, asked)
        message = typed(asked, BeginAttempt)
        if message.environment not in running.surroundings.get(caller.id, tuple(Environment)):
            raise Problem(ProblemReason.FORBIDDEN, "$.environment", "where this terminal stands", "elsewhere")
        begun = party.begin(
            Begin(purpose, asked.service, message.environment, Terminal(caller.id, caller.credential), message.holder)
        )
        if isinstance(begun, Judged):
            return judged_answer(begun, purpose)
        answer = Begun(
            begun.session,
            begun.challenge,
            party.clock.read().now + CHALLENGE_LIFETIME,
            begun.birth_date,
            begun.document,
        )
        where = f"/api/v1/services/{asked.service}/{purpose}/{begun.session}"
        return Answer(answer, 201, {"location": where}, purpose=purpose)

    return act


def _complete(purpose: Purpose) -> Act:
    def act(running: Running, asked: Asked) -> Answer:
        party = running.party
        require_service(party, asked)
        session = party.find_session(asked.path["session"])
        if session is None or not _belongs(session, asked, purpose):
            raise Problem(ProblemReason.SESSION_UNKNOWN, "path {session}", "a session begun here", "another")
        message = typed(asked, CompleteAttempt)
        presentation = Presentation(**{name: getattr(message, name) for name in Presentation.__struct_fields__})
        use = None if isinstance(message.use, UnsetType) else message.use
        judged = party.complete(Complete(session.id, presentation), use)
        return judged_answer(judged, purpose, party.ppid(judged.verdict, session.service))

    return act


def _belongs(session: Session, asked: Asked, purpose: Purpose) -> bool:
    return (session.terminal, session.service, session.purpose) == (asked.caller.id, asked.service, purpose)


def require_service(party: RelyingParty, asked: Asked) -> None:
    """Problem for a service that is not one of ours; one that is, but not for this, is the verdict's business."""
    if asked.service not in party.configuration.services:
        raise Problem(ProblemReason.SERVICE_UNKNOWN, "path {service}", "a service of this relying party", "another")


def judged_answer(judged: Judged, purpose: str, ppid: str | None = None) -> Answer:
    """The verdict, and what the log is told of it: no name."""
    answer = verdict_answer(judged, ppid)
    return Answer(answer, decision=answer.decision, reason=answer.reason, purpose=purpose, reasons=(answer.reason,))


def typed(asked: Asked, kind: type[_M]) -> _M:
    """The message, which the table says is of this kind."""
    if not isinstance(asked.message, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(asked.message).__name__}")
    return asked.message

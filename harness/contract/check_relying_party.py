"""The smoke test of the role relying-party: the conversation of a first visit, with nothing proved in it."""

import secrets

import msgspec

from harness.contract import advice, messages
from harness.contract.binding import Binding
from harness.contract.check import NO_JSON, SLOW, Conversation, Finding
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import PURPOSES, SERVICE, TERMINAL
from harness.contract.vocabulary import (
    CHALLENGE_LENGTH,
    CONTRACT_VERSION,
    Capability,
    Decision,
    Environment,
    Purpose,
    Verb,
)

NEEDED = {
    Purpose.ENROL: Capability.ENROL,
    Purpose.LOGIN: Capability.LOGIN,
    Purpose.TAP: Capability.TAP,
    Purpose.SIGN: Capability.SIGN,
}
INSTANTS = (("2026-12-01T00:00:00Z", 101), ("2026-12-01T09:15:00Z", 102))
BROKEN = (
    ("not JSON", Verb.RESET, NO_JSON),
    ("unknown field", Verb.RESET, b'{"mood":"good"}'),
    ("wrong type", Verb.SET_TIME, b'{"instant":7,"epoch":"x"}'),
    ("missing field", Verb.COMPLETE, b"{}"),
    ("unknown verb", Verb.CALLBACK, b"{}"),
)


def check_relying_party(
    binding: Binding, configuration: messages.Configure, certificate: bytes, *, slow: float = SLOW
) -> list[Finding]:
    """Return what was found, in the order of a first conversation; it stops where nothing further could be said.

    `certificate` (DER) is a genuine one of the world in `configuration`, of somebody unknown to the product.
    """
    check = _FirstVisit(binding, certificate)
    with check.stopping():
        product = check.hello()
        check.another_version()
        check.configured(configuration)
        if Capability.SET_TIME in product.capabilities:
            check.clock()
        for purpose in PURPOSES:
            if NEEDED[purpose] in product.capabilities:
                check.conversation(purpose)
        if Capability.ACCOUNT in product.capabilities:
            check.unknown_account()
        check.broken_messages(BROKEN)
    check.speed(slow)
    return check.findings


class _FirstVisit(Conversation):
    def __init__(self, binding: Binding, certificate: bytes) -> None:
        self.client = RelyingPartyClient(binding)
        super().__init__(binding, self.client)
        self._certificate = certificate
        self._epoch: int | None = None

    def hello(self) -> messages.Introduction:
        """Who is there: schema, contract version, role."""
        return self.must(
            "hello",
            f"contract {CONTRACT_VERSION}, role relying-party, capabilities and tolerances",
            self.client.hello,
            change=advice.HELLO.about("relying-party"),
        )

    def configured(self, configuration: messages.Configure) -> None:
        """The world is taken, and forgetting works."""
        self.must(
            "configure",
            "{}",
            lambda: self.client.configure(configuration),
            change=advice.CONFIGURE,
        )
        self.must(
            "reset",
            "{}",
            self.client.reset,
            change=advice.RESET,
        )

    def clock(self) -> None:
        """Each setting of the clock is echoed by its number."""
        for instant, epoch in INSTANTS:
            self.must(
                "set_time",
                f"the echo of epoch {epoch}",
                lambda instant=instant, epoch=epoch: self.client.set_time(instant, epoch),  # type: ignore[misc]
                change=advice.CLOCK,
            )
            self._epoch = epoch

    def conversation(self, purpose: Purpose) -> None:
        """Two beginnings differ; a presentation of noise is decided by the contract and never accepted."""
        begun = [self._begin(purpose) for _ in range(2)]
        sessions = [
            (answer.session, answer.challenge)
            for answer in begun
            if answer.session is not msgspec.UNSET and answer.challenge is not msgspec.UNSET
        ]
        if not sessions:
            self._no_session(purpose, begun[0])
            return
        lengths = sorted({len(challenge) for _, challenge in sessions})
        fresh = len(sessions) == len(set(sessions)) == 2 and sessions[0][1] != sessions[1][1]
        self.find(
            f"begin {purpose.value}: challenge",
            f"{CHALLENGE_LENGTH} bytes, drawn anew at each begin",
            f"{' and '.join(map(str, lengths))} bytes, {'different' if fresh else 'the same twice'}",
            held=fresh and lengths == [CHALLENGE_LENGTH],
            change=advice.CHALLENGE,
        )
        session, challenge = sessions[0]
        noise = messages.Complete(
            session=session,
            presentation=messages.Presentation(
                challenge=challenge, certificate=self._certificate, signature=secrets.token_bytes(256)
            ),
        )
        for again in ("", " again"):
            self._refused(f"complete {purpose.value}{again}", noise)

    def _begin(self, purpose: Purpose) -> messages.Begun:
        environment = Environment.ATTENDED if purpose in (Purpose.TAP, Purpose.ENROL) else Environment.ONLINE
        return self.must(
            f"begin {purpose.value}",
            "session and challenge, or an outcome",
            lambda: self.client.begin(
                messages.Begin(
                    purpose=purpose,
                    service=SERVICE,
                    environment=environment,
                    terminal=TERMINAL,
                    holder=messages.HolderHint(certificate=self._certificate),
                )
            ),
            change=advice.DECLARED.about(purpose.value),
        )

    def _no_session(self, purpose: Purpose, begun: messages.Begun) -> None:
        """A tap of a stranger may be decided at once; nothing else may be."""
        outcome = begun.outcome
        said = "nothing" if outcome is msgspec.UNSET else f"{outcome.decision.value} {outcome.reason.value}"
        self.find(
            f"begin {purpose.value}: session",
            "a session" if purpose is not Purpose.TAP else "a session, or NOT_ENROLLED at once",
            said,
            held=purpose is Purpose.TAP and outcome is not msgspec.UNSET and outcome.decision is Decision.REJECT,
            change=advice.SESSION.about(purpose.value),
        )

    def _refused(self, name: str, request: messages.Complete) -> None:
        outcome = self.must(
            name,
            "an outcome",
            lambda: self.client.complete(request),
            change=advice.OUTCOME,
        )
        self.find(
            f"{name}: decision",
            "anything but accept",
            outcome.decision.value,
            held=outcome.decision is not Decision.ACCEPT,
            change=advice.ACCEPTED,
        )
        if self._epoch is not None:
            echoed = "none" if outcome.epoch is msgspec.UNSET else str(outcome.epoch)
            self.find(
                f"{name}: epoch",
                str(self._epoch),
                echoed,
                held=echoed == str(self._epoch),
                change=advice.ECHO,
            )

    def unknown_account(self) -> None:
        """Of somebody unknown nothing is stored, also after the conversations above."""
        account = self.must(
            "account",
            "null, or an account",
            lambda: self.client.account(self._certificate),
            change=advice.ACCOUNT,
        )
        self.find(
            "account: unknown holder",
            "null",
            "null" if account is None else "an account",
            held=account is None,
            change=advice.STRANGER,
        )

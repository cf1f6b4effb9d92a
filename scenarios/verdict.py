"""What came of it, and what a story may expect of that; each expectation returns the verdict, to be chained."""

from collections.abc import Collection
from typing import Self

from msgspec import UNSET

from cardsim.status import explain
from cardsim.trace import Event, TraceLine, spent_a_try
from harness.contract.vocabulary import Capability, Decision, Reason
from harness.terminal.card_reader import JPKI
from scenarios.own_door import PPID
from scenarios.page import DECISIONS
from scenarios.story import Words
from scenarios.telling import Seen, Telling

__tracebackhide__ = True  # pytest shows the line of the story, not of its machinery
VERIFY = 0x20
PINS = {0x0018: "PIN", 0x001B: "password"}
"""The files of the JPKI application that hold the 利用者証明用PIN and the 署名用パスワード (spec/card.md §3)."""
_HEADER = 5


class Verdict:
    """The verdict on one thing a person did. One that the story passes over in silence has to be an acceptance."""

    def __init__(self, telling: Telling, seen: Seen, capabilities: Collection[Capability]) -> None:
        self._telling, self._seen, self._capabilities = telling, seen, capabilities
        telling.say(Words("  ", "  ") + _told(seen))
        telling.await_judgement(self.is_accepted)

    @property
    def seen(self) -> Seen:
        """What was seen, for whoever judges by more than one story tells (`scenarios.exploration`)."""
        return self._seen

    def comes_out_as(self, *reasons: Reason) -> Self:
        """The product gave one of these reasons, where the specification leaves more than one answer right."""
        self._telling.judged()
        said = None if self._seen.outcome is None else self._seen.outcome.reason
        wanted = " / ".join(reason.value for reason in reasons)
        self._require(wanted, wanted, said in reasons, _said(self._seen))
        return self

    def is_accepted(self) -> Self:
        """The product accepted."""
        return self._decided(Decision.ACCEPT, Reason.OK)

    def is_refused(self, reason: Reason) -> Self:
        """The product refused, for this reason; one that declared coarse reasons need only refuse."""
        return self._decided(Decision.REJECT, reason)

    def says_nothing_of(self, *words: str) -> Self:
        """The details of the product's answer hold none of these words: they would be a guess."""
        details = {} if self._seen.outcome is None else self._seen.outcome.details
        said = "" if details is UNSET else str(details).lower()
        found = [word for word in words if word.lower() in said]
        self._require(f"nothing of {', '.join(words)}", f"「{'」「'.join(words)}」を言わない", not found, said)
        return self

    def is_put_off(self, reason: Reason) -> Self:
        """The product did not accept and says that trying again may help; one that refuses outright may, too."""
        outcome = self._seen.outcome
        refused = outcome is not None and outcome.decision is Decision.REJECT
        return self._decided(Decision.REJECT if refused else Decision.RETRY, reason)

    def is_told_of_the_renewal(self) -> Self:
        """The product knows whose card it is and asks for another link, or takes it as it is: it is no stranger's."""
        outcome = self._seen.outcome
        taken = outcome is not None and outcome.decision is Decision.ACCEPT
        if taken:
            return self._decided(Decision.ACCEPT, Reason.OK)
        return self._decided(Decision.PENDING, Reason.RENEWAL_PENDING)

    def is_told_of_the_renewal_alone(self) -> Self:
        """The product knows whose card it is, and does not take it as it is: it wants to be shown the chip first."""
        return self._decided(Decision.PENDING, Reason.RENEWAL_PENDING)

    def ppid(self) -> str:
        """Return the name by which this service knows the holder; only the reference's own API tells it."""
        details = None if self._seen.outcome is None else self._seen.outcome.details
        return "" if details is None or details is UNSET else str(details.get(PPID, ""))

    def is_known_as(self, ppid: str) -> Self:
        """The service knows the holder by this name."""
        self._require(f"the name {ppid[:8]}…", f"名前{ppid[:8]}…", self.ppid() == ppid != "", self.ppid()[:8])
        return self

    def is_not_known_as(self, ppid: str) -> Self:
        """The service knows the holder by another name than this one."""
        held = "" != self.ppid() != ppid
        self._require(f"another name than {ppid[:8]}…", f"{ppid[:8]}…以外の名前", held, self.ppid()[:8])
        return self

    def is_not_accepted(self) -> Self:
        """Whatever the product says, it does not accept."""
        self._telling.judged()
        held = self._seen.outcome is not None and self._seen.outcome.decision is not Decision.ACCEPT
        self._require("no acceptance", "受け入れないこと", held, _said(self._seen))
        return self

    def is_stopped_by_the_card(self) -> Self:
        """The card gave nothing that a product could be shown."""
        self._telling.judged()
        self._require("the card stops it", "カードが止める", self._seen.outcome is None, _said(self._seen))
        return self

    def card_answered(self, status: int) -> Self:
        """The one VERIFY of a PIN was answered by this status word (spec/card.md §3)."""
        answers = [f"{line.sw:04X}" for line in self._pins_sent()]
        self._compare("status words to VERIFY", "VERIFYへの応答", [f"{status:04X}"], answers)
        return self

    def tries_were_spent(self, count: int) -> Self:
        """The card counted so many wrong PINs, whichever PIN it was."""
        spent = sum(spent_a_try(line) for line in self._seen.trace)
        self._compare("tries spent", "減った試行回数", count, spent)
        return self

    def each_command(self) -> range:
        """Return the numbers of the commands that the card was asked, the first being 1."""
        return range(1, 1 + sum(bool(line.command) for line in self._seen.trace))

    def no_pin_was_sent(self) -> Self:
        """The card was asked for something, and saw neither PIN nor password."""
        sent = [PINS[line.fid] for line in self._pins_sent()]
        self._require("a trace without PIN", "PINを含まないトレース", bool(self._seen.trace) and not sent, str(sent))
        return self

    def a_pin_was_sent(self) -> Self:
        """The card's trace shows a PIN, whatever the terminal says."""
        sent = [PINS[line.fid] for line in self._pins_sent()]
        self._require("a trace with a PIN", "PINを含むトレース", bool(sent), str(sent))
        return self

    def jlis_was_asked(self) -> Self:
        """The product asked for the status of this holder's certificate."""
        asked = [entry.kind for entry in self._seen.questions]
        kind = self._seen.asked_about.value
        self._require(f"a status question ({kind})", f"失効情報の照会（{kind}）", kind in asked, str(asked))
        return self

    def jlis_was_not_asked(self) -> Self:
        """The product asked nothing about this holder: J-LIS may not be asked before there is a proof."""
        self._compare("status questions", "失効情報の照会", 0, len(self._seen.questions))
        return self

    def account_is_unchanged(self) -> Self:
        """What the product stores of the holder is what it stored before, and it stored something."""
        if Capability.ACCOUNT not in self._capabilities:
            self._telling.skip("the product does not show its accounts")
        before, after = self._seen.account_before, self._seen.account_after
        self._compare("the account stored", "保存されたアカウント", before, after)
        self._require("an account", "アカウントの存在", before is not None, "none")
        return self

    def _decided(self, decision: Decision, reason: Reason) -> Self:
        self._telling.judged()
        outcome = self._seen.outcome
        wanted = f"{decision.value} {reason.value}"
        held = outcome is not None and outcome.decision is decision
        coarse = Capability.COARSE_REASONS in self._capabilities and decision is Decision.REJECT
        if outcome is not None and not coarse:
            held = held and outcome.reason is reason
        self._require(wanted, wanted, held, _said(self._seen))
        if outcome is not None and outcome.epoch is not UNSET:
            self._compare("epoch of the clock", "時計の世代", self._seen.epoch, outcome.epoch)
        return self

    def _pins_sent(self) -> list[TraceLine]:
        return [
            line
            for line in self._seen.trace
            if len(line.command) > _HEADER and line.command[1] == VERIFY and line.aid == JPKI and line.fid in PINS
        ]

    def _compare(self, english: str, japanese: str, wanted: object, actual: object) -> None:
        self._require(f"{english}: {wanted}", f"{japanese}: {wanted}", wanted == actual, str(actual))

    def _require(self, english: str, japanese: str, held: bool, actual: str) -> None:  # noqa: FBT001  (the condition)
        if not held:
            complaint = Words(f"expected {english}, actual {actual}", f"期待: {japanese}、実際: {actual}")
            self._telling.break_off(complaint, self._seen)


def _told(seen: Seen) -> Words:
    """How a story tells it; the contract's own words (`_said`) stand in complaints."""
    if seen.outcome is not None:
        decision, reason = DECISIONS[seen.outcome.decision.value], seen.outcome.reason.value
        return decision if seen.outcome.decision is Decision.ACCEPT else decision + Words(f": {reason}", f": {reason}")
    answers = [line for line in seen.trace if line.command]
    if not answers or answers[-1].event is Event.TORN:
        return Words("the card is gone, and nothing was presented", "カードが離れ、何も提示されない")
    status = answers[-1].sw
    return Words(f"the card refuses: {explain(status)}", f"カードが拒否: {explain(status, 'ja')}") + Words(
        f" ({status:04X})", f"（{status:04X}）"
    )


def _said(seen: Seen) -> str:
    if seen.outcome is not None:
        return f"{seen.outcome.decision.value} {seen.outcome.reason.value}"
    answers = [f"{line.sw:04X}" for line in seen.trace if line.command]
    return f"card {answers[-1]}" if answers else "card -"

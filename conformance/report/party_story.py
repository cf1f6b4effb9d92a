"""What happened in a case of a relying party: as steps in words, and as a picture of who asked whom."""

from collections.abc import Iterable, Iterator
from datetime import UTC

import msgspec

from cardsim.trace import Event
from conformance.check import Check
from conformance.observation import Observation, ObservedStep
from conformance.report.advice import label_of
from conformance.report.lifelines import Arrow, Drawn, Note, picture
from conformance.report.view import Both, StepShown
from conformance.steps import At, Move, Revoke, StoryStep
from harness.contract.vocabulary import Decision, Verb

CARD, TERMINAL, PRODUCT, JLIS = range(4)
PARTIES = (
    Both("card", "カード"),
    Both("terminal (Kazashi)", "端末（Kazashi）"),
    Both("product", "製品"),
    Both("J-LIS (Kazashi)", "J-LIS（Kazashi）"),
)
TITLE = Both("Sequence of messages", "電文の流れ")
SHOWN_VERBS = frozenset({Verb.BEGIN, Verb.COMPLETE, Verb.UNLINK, Verb.RECONCILE})


def steps_of(seen: Observation) -> tuple[StepShown, ...]:
    """Return every step in words, with the world's time."""
    return tuple(
        StepShown(f"{each.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}", told(each.step), said(each))
        for each in (*seen.steps, *seen.afterwards)
    )


def told(step: StoryStep) -> str:
    """Return a step of the story in a few words, as the catalogue writes it."""
    verb = type(step).__name__.lower()
    match step:
        case At(time=time, day=day):
            return f"{time} JST" + (f" (+{day} d)" if day else "")
        case Move():
            return "move (転居)"
        case Revoke(kind=kind, reason=reason):
            return f"revoke {kind.value}: {reason}"
    special = {name: value for name, value in msgspec.to_builtins(step).items() if name != "do"}
    return verb + "".join(f" · {name}: {value}" for name, value in special.items())


def said(observed: ObservedStep) -> str:
    """Return what the product (or the card) answered to a step; empty when nobody was asked."""
    if observed.outcome is None:
        return observed.card_refusal or ""
    return f"{observed.outcome.decision.value} {observed.outcome.reason.value}"


def picture_of(seen: Observation, checks: Iterable[Check]) -> str:
    """Return the sequence picture of a case, its judged step marked where it went otherwise than it had to."""
    return picture(PARTIES, [*_drawn(seen), *(note_of(check) for check in checks if not check.held)], TITLE)


def note_of(check: Check) -> Note:
    """Return what a check found otherwise than it had to be, across the picture."""
    name = label_of(check.name)
    return Note(
        Both(
            f"{name.en}: expected {check.expected}, actual {check.actual}",
            f"{name.ja}: 期待値 {check.expected}、実際 {check.actual}",
        ),
        broken=True,
    )


def _drawn(seen: Observation) -> Iterator[Drawn]:
    expect = seen.case.expect
    due = f"{expect.decision.value} {expect.reason.value}"
    for number, observed in enumerate((*seen.steps, *seen.afterwards), 1):
        judged = observed is seen.judged
        asked = observed.outcome is not None or observed.card_refusal is not None
        label = f"{number}. {told(observed.step)}"
        mark = Both(f"{label}   ← judged: {due}", f"{label}   ← 判定対象: {due}") if judged else Both(label, label)
        yield Note(mark)
        if asked:
            as_due = said(observed) == due if judged else _accepted(observed)
            yield from _asked(observed, broken=not as_due)
    if seen.transcript:
        yield Note(Both(seen.transcript, seen.transcript), broken=True)


def _accepted(observed: ObservedStep) -> bool:
    return observed.outcome is not None and observed.outcome.decision is Decision.ACCEPT


def _asked(observed: ObservedStep, *, broken: bool) -> Iterator[Drawn]:
    """The card first, then each message; the status questions fall into the last one before its answer."""
    commands = sum(line.event is not Event.POWER_ON for line in observed.trace)
    verbs = [exchange.verb for exchange in observed.exchanges if exchange.verb in SHOWN_VERBS]
    for number, verb in enumerate(verbs, 1):
        if number == len(verbs) and commands:
            yield Arrow(TERMINAL, CARD, Both(f"{commands} APDUs", f"APDU {commands}件"))
            refusal = observed.card_refusal
            answer = Both(refusal, refusal) if refusal else Both("data, signature", "データ・署名")
            yield Arrow(CARD, TERMINAL, answer, answer=True, broken=broken and refusal is not None)
        yield Arrow(TERMINAL, PRODUCT, Both(verb.value, verb.value))
        if number < len(verbs):
            yield Arrow(PRODUCT, TERMINAL, Both("challenge", "チャレンジ"), answer=True)
    if not verbs and observed.card_refusal:
        refusal = observed.card_refusal
        yield Arrow(CARD, TERMINAL, Both(refusal, refusal), answer=True, broken=broken)
    for entry in observed.questions:
        serial = "" if entry.serial is None else f" {entry.serial:X}"
        yield Arrow(PRODUCT, JLIS, Both(*[f"{entry.door} {entry.kind or ''}{serial}"] * 2))
        yield Arrow(JLIS, PRODUCT, Both(entry.answer, entry.answer), answer=True)
    if observed.outcome is not None:
        outcome = said(observed)
        yield Arrow(PRODUCT, TERMINAL, Both(outcome, outcome), answer=True, broken=broken)

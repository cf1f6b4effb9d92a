"""A run in its sittings: what the present one plays, what it keeps, and what all of them come to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Generic, TypeVar

from conformance.catalogue_loader import Paired
from conformance.certification import Certification, suite_verdict
from conformance.evidence.circumstances import Circumstances, ClockMode, ClockScript, Settings, Sitting, instant_text
from conformance.evidence.expected_failures import are_out_of_date, excused, held_against
from conformance.evidence.kept_judgements import Kept, read_sitting
from conformance.evidence.resuming import Ended, come_to, left_to_play
from conformance.evidence.run_journal import Finished, Identity, RunJournal, SittingKept
from conformance.evidence.run_options import RunOptions
from conformance.roles.role_run import RoleRun
from harness.jlis.validity import JST

J = TypeVar("J", bound=Ended)
R = TypeVar("R", Certification, RoleRun[Any])


class Sittings(Generic[J]):
    """The present sitting of a run, and those before it."""

    def __init__(self, journal: RunJournal, kept: Kept[J], cases: Mapping[str, Paired], asked: RunOptions) -> None:
        self._journal, self._kept, self._cases, self._asked = journal, kept, cases, asked
        self._earlier = [
            read_sitting(kept, {each.case: each.judgement for each in sitting.finished}, cases)
            for sitting in journal.earlier
        ]
        self._present: list[Finished] = []
        self.to_play = left_to_play(cases, self._earlier)

    def sit_down(self, mode: ClockMode) -> None:
        """The sitting begins."""
        begun = self._asked.now()
        self._begun = self._journal.sit_down(begun, mode)

    def keep(self, case: str, judgement: J, instants: Sequence[str] = ()) -> None:
        """A case ended: it is on the disk when this returns."""
        self._present.append(self._journal.keep(case, instants, self._kept.written(judgement)))

    def concluded(self, run: R, catalogue: Any) -> R:
        """Return the whole run from that of the last sitting: verdicts, expectations, circumstances."""
        asked, ended = self._asked, self._asked.now()
        judgements: dict[str, Any] = come_to(self._cases, self._earlier, run.judgements, self._kept.beside_twins)
        entries = () if asked.expected is None else asked.expected.read.expected_failures
        expectations = held_against(entries, judgements, ended.astimezone(JST).date())
        verdict = suite_verdict(
            judgements.values(),
            stated=asked.statement is not None,
            whole=not catalogue.left_out,
            excused=excused(expectations),
            out_of_date=are_out_of_date(expectations),
        )
        return replace(
            run,
            catalogue=catalogue,
            judgements=judgements,
            verdict=verdict,
            statement=None if asked.statement is None else asked.statement.statement,
            seed=asked.seed,
            seed_drawn=asked.seed_drawn,
            expectations=expectations,
            circumstances=self._circumstances(instant_text(ended)),
        )

    def _circumstances(self, ended: str) -> Circumstances:
        every = [*self._journal.earlier, SittingKept(self._begun, tuple(self._present))]
        script = tuple(
            Settings(each.case, each.instants) for sitting in every for each in sitting.finished if each.instants
        )
        return Circumstances(
            begun=every[0].begun.begun,
            ended=ended,
            sittings=tuple(Sitting(each.begun.begun, len(each.finished)) for each in every),
            clock=ClockScript(self._begun.mode, script),
        )


@contextmanager
def sittings_of(
    identity: Identity, kept: Kept[J], cases: Mapping[str, Paired], asked: RunOptions
) -> Iterator[Sittings[J]]:
    """Yield the present sitting; its journal goes where the block, which writes the reports, ends without a fault."""
    opened = RunJournal.take_up if asked.resume else RunJournal.begin
    with opened(asked.out, identity) as journal:
        yield Sittings(journal, kept, cases, asked)
        journal.forget()

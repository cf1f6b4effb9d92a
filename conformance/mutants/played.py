"""Cases played against the reference in this process, with a mutant's rules off or, as the control, with none."""

import importlib
from collections.abc import Sequence
from contextlib import ExitStack

from msgspec import Struct

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification, certify
from conformance.judge import Judgement, Verdict
from conformance.mutants.mutant import Mutant
from conformance.mutants.rule_off import forgetting, take_off
from conformance.privacy.beside import oracle_in_process
from conformance.privacy.overheard import HeardBinding
from conformance.setting import setting
from harness.contract.binding import Answer, Binding
from harness.contract.client import RelyingPartyClient
from harness.contract.python_binding import PythonBinding
from harness.contract.vocabulary import Verb
from harness.keys import KeyPool

PRODUCT = "reference_impl.python_object"
"""By name and not by import: the reference is reached through its door like any product."""
TIMEOUT = 20.0
KILLED = (Verdict.FAIL, Verdict.WARN)
"""A missed recommendation is told, and no failure: that it is told is what the case is for."""


class Seen(Struct, frozen=True):
    """What came of one case."""

    verdict: Verdict
    killed: bool
    """Whether it tells the mutant from the reference, for the reason it is about."""
    why: list[str]


class Isolated(PythonBinding):
    """The reference in process; each `reset`, which begins a case, empties what a process keeps as well."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self.where = f"python:{PRODUCT}"
        self._timeout = TIMEOUT
        self._product = importlib.import_module(PRODUCT).made_with(options)
        self._forget = forgetting(PRODUCT.partition(".")[0])

    def another(self) -> "PythonBinding":
        """Return a second way to the same object, which takes messages of several threads as its HTTP door does."""
        return _Beside(self)

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Carry it."""
        if verb is Verb.RESET:
            self._forget()
        return super().exchange(verb, body)


class _Beside(Isolated):
    """The same object once more; whoever made it closes it."""

    def __init__(self, first: Isolated) -> None:
        self.__dict__.update(vars(first))

    def close(self) -> None:
        """Leave it alone."""


def play(mutant: Mutant | None, cases: Catalogue, keys: KeyPool, seed: int) -> dict[str, Seen]:
    """Return what came of these cases, by id."""
    given = () if mutant is None else tuple(mutant.options)
    with ExitStack() as stack:
        oracle, options = stack.enter_context(oracle_in_process()) if is_searched(cases) else (None, ())
        binding: Binding = Isolated((*given, *options))
        if oracle is not None:
            binding = HeardBinding(binding, oracle.heard)
        if mutant is not None:
            take_off(mutant)
        client = stack.enter_context(RelyingPartyClient(binding))
        world = stack.enter_context(setting(keys, seed=seed, cases=len(cases.cases), oracle=oracle))
        run = certify(
            cases,
            client,
            world,
            target="reference" if mutant is None else mutant.id,
            seed=seed,
            progress=lambda judgement, number, total: None,  # noqa: ARG005
            oracle=oracle,
        )
    return seen_in(run)


def is_searched(cases: Catalogue) -> bool:
    """Return whether any of the cases is about what the product writes: only then it writes to a file."""
    return any(case.searched for case in cases.cases.values())


def seen_in(run: Certification) -> dict[str, Seen]:
    """Return what a run shows of each case."""
    return {case: Seen(judged.verdict, is_killed(judged, run), _why(judged)) for case, judged in run.judgements.items()}


def is_killed(judgement: Judgement, run: Certification) -> bool:
    """Return whether this case tells the mutant from the reference, for the reason it is about."""
    seen = judgement.observation
    if judgement.verdict not in KILLED or seen is None or judgement.twin_failed:
        return False
    answered = [*seen.steps, *seen.afterwards][-1:]
    twin = judgement.case.twin
    return bool(answered) and (twin is None or run.judgements[twin].verdict is Verdict.PASS)


def _why(judgement: Judgement) -> list[str]:
    lines = [
        f"{each.name}: expected {each.expected}, actual {each.actual}" for each in judgement.checks if not each.held
    ]
    transcript = "" if judgement.observation is None else judgement.observation.transcript
    return [*lines, transcript] if transcript else lines

"""A run that was interrupted goes on: what is played again, what stands, and what must be the same."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conformance.case import Obstacle
from conformance.catalogue_loader import Catalogue
from conformance.evidence.kept_judgements import OTHER_ROLE, RELYING_PARTY
from conformance.evidence.resuming import come_to, left_to_play, world_seed
from conformance.evidence.run_journal import NAME, Identity, RunJournal, interrupted
from conformance.evidence.sittings import sittings_of
from conformance.judge import Verdict, not_applicable
from conformance.roles.role_run import RoleJudgement, examine
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError
from tests.conformance.evidence.fake_target import NOON, REFUSAL, TWIN, FakeBench, catalogue_of, identity_of, options


@dataclass(frozen=True)
class Plain:
    """A case with its verdict."""

    id: str
    twin: str | None = None
    verdict: Verdict = Verdict.PASS
    is_refusal: bool = False
    capabilities: tuple[str, ...] = ()


CASES = {
    "t": Plain("t"),
    "a": Plain("a", "t"),
    "b": Plain("b", "t"),
    "u": Plain("u"),
    "c": Plain("c", "u"),
    "o": Plain("o"),
}


@pytest.mark.parametrize(
    ("sittings", "left"),
    [
        ([], "tabuco"),
        (["tabuco"], ""),
        (["tauco"], "tb"),  # b is open, so its twin is played beside it
        (["abuco"], "tab"),  # the twin is open: refusals that had none are played again
        (["t"], "tabuco"),
        (["to"], "tabuc"),
        (["tau"], "tbuco"),
        (["ab", "tuc"], "tabo"),  # a and b ended in the first sitting, t in the second: in none both
        (["ab", "tab"], "uco"),
        (["tauo", "tb"], "uc"),
    ],
)
def test_what_is_left_to_play(sittings: list[str], left: str) -> None:
    """Open cases, refusals whose twin was not in their sitting, and the twins of both."""
    kept = [{case: CASES[case] for case in sitting} for sitting in sittings]
    assert set(left_to_play(CASES, kept)) == set(left)


def judged(**verdicts: str) -> dict[str, Plain]:
    """A sitting with these verdicts."""
    return {case: replace(CASES[case], verdict=Verdict(verdict)) for case, verdict in verdicts.items()}


def beside_twins(sitting: Mapping[str, Plain]) -> dict[str, Plain]:
    """A refusal whose twin did not pass fails; asking for a twin that was not there would be a KeyError."""
    return {
        case: each
        if each.twin is None or sitting[each.twin].verdict is Verdict.PASS
        else replace(each, verdict=Verdict.FAIL)
        for case, each in sitting.items()
    }


@pytest.mark.parametrize(
    ("earlier", "last", "due"),
    [
        ([], {"t": "PASS", "a": "PASS"}, {"t": "PASS", "a": "PASS"}),
        ([{"t": "PASS", "a": "PASS"}], {}, {"t": "PASS", "a": "PASS"}),
        ([{"t": "FAIL"}], {"t": "PASS", "a": "PASS"}, {"t": "FAIL", "a": "PASS"}),
        ([{"t": "FAIL", "a": "PASS"}], {}, {"t": "FAIL", "a": "FAIL"}),
        ([{"a": "FAIL"}], {"t": "PASS", "a": "PASS"}, {"t": "PASS", "a": "FAIL"}),
        ([{"a": "TIMEOUT"}], {"t": "PASS", "a": "PASS"}, {"t": "PASS", "a": "TIMEOUT"}),
        ([{"a": "PASS"}], {"t": "FAIL", "a": "FAIL"}, {"t": "FAIL", "a": "FAIL"}),
        ([{"t": "PASS"}, {"t": "HARNESS_ERROR"}], {"t": "PASS", "a": "PASS"}, {"t": "HARNESS_ERROR", "a": "PASS"}),
    ],
)
def test_the_worst_of_all_sittings_stands(
    earlier: list[dict[str, str]], last: dict[str, str], due: dict[str, str]
) -> None:
    """What failed once is not mended by an interruption, with its twin or without."""
    cases = {case: CASES[case] for case in ("t", "a")}
    came = come_to(cases, [judged(**each) for each in earlier], judged(**last), beside_twins)
    assert {case: each.verdict.value for case, each in came.items()} == due


def test_world_of_a_later_sitting_is_another() -> None:
    """The first lives by the seed itself; later ones have residents that the product never saw, and repeatably so."""
    seeds = [world_seed(7, sitting) for sitting in (1, 2, 3)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 3
    assert seeds == [world_seed(7, sitting) for sitting in (1, 2, 3)]


def interrupt(out: Path, bench: FakeBench, after: int) -> Identity:
    """A run of the role tap-client that ends by Ctrl-C after so many cases; return who was judged."""
    catalogue, asked = catalogue_of("tap-client"), options(out)
    identity = identity_of(catalogue, bench, asked)
    ended: list[str] = []

    def stopped(judgement: RoleJudgement, number: int, _: int) -> None:
        sittings.keep(judgement.case.id, judgement)
        ended.append(judgement.case.id)
        if number == after:
            raise KeyboardInterrupt

    with (
        contextlib.suppress(KeyboardInterrupt),
        sittings_of(identity, OTHER_ROLE, catalogue.cases, asked) as sittings,
    ):
        sittings.sit_down("host")
        if after:
            examine(catalogue, bench, target="fake", seed=3, progress=stopped)
        raise KeyboardInterrupt
    assert len(ended) == after
    return identity


@pytest.mark.parametrize("after", [0, 1, 20, -2, -1])
def test_interrupted_run_comes_to_the_same_verdicts(after: int, tmp_path: Path) -> None:
    """Wherever it stops: each case is judged, each refusal beside a twin of its own sitting, the report says when."""
    catalogue, bench = catalogue_of("tap-client"), FakeBench("tap-client", {TWIN: "fails"})
    if after < 0:  # before the last case, and between it and the reports
        after += len(catalogue.cases) + 1
    identity = interrupt(tmp_path, bench, after)
    assert interrupted(tmp_path) == (identity, 1)
    bench.played.clear()
    asked = options(tmp_path, resume=True, sitting=2)
    with sittings_of(identity, OTHER_ROLE, catalogue.cases, asked) as sittings:
        part = replace(catalogue, cases={case: catalogue.cases[case] for case in sittings.to_play})
        sittings.sit_down("host")
        run = examine(
            part,
            bench,
            target="fake",
            seed=3,
            progress=lambda each, number, total: sittings.keep(each.case.id, each),  # noqa: ARG005
        )
        run = sittings.concluded(run, catalogue)
    whole = examine(catalogue, FakeBench("tap-client", {TWIN: "fails"}), target="fake", seed=3)
    assert {case: each.verdict for case, each in run.judgements.items()} == {
        case: each.verdict for case, each in whole.judgements.items()
    }
    assert run.judgements[REFUSAL].verdict is Verdict.FAIL
    assert len(run.circumstances.resumed) == 1
    assert run.circumstances.sittings[0].cases == after
    assert not (tmp_path / NAME).exists()
    assert set(part.cases) == set(sittings.to_play)
    if after == len(catalogue.cases):
        assert bench.played == []


OTHER = {
    "suite": "kazashi 9",
    "role": "card",
    "catalogue_hash": "0" * 64,
    "cases": ("attributes/right",),
    "target": "other",
    "options": {"serials": "good=1A"},
    "product": {"product": "Fake target 2"},
    "statement_hash": "0" * 64,
    "seed": 4,
    "seed_drawn": True,
}


@pytest.mark.parametrize("field", sorted(OTHER))
def test_what_differs_refuses_to_go_on(field: str, tmp_path: Path) -> None:
    """Catalogue, target, product, statement, seed, suite: each is named with what it was and what it is."""
    identity = interrupt(tmp_path, FakeBench("tap-client"), 2)
    journal = (tmp_path / NAME).read_bytes()
    changed = Identity(
        **{**{name: getattr(identity, name) for name in Identity.__struct_fields__}, field: OTHER[field]}
    )
    with pytest.raises(ConfigurationError, match=f"expected the same run, actual another \\({field}: then"):
        RunJournal.take_up(tmp_path, changed)
    assert (tmp_path / NAME).read_bytes() == journal
    RunJournal.take_up(tmp_path, identity).__exit__(None, None, None)


def test_every_field_of_the_identity_is_looked_at() -> None:
    """A field that comes to it later is in the table above, or this test says so."""
    assert {"format", *OTHER} == set(Identity.__struct_fields__)


def test_torn_last_line_is_cut_off_and_another_broken_one_refused(tmp_path: Path) -> None:
    """The line that was being written when the process died costs its case; a journal that was edited is no journal."""
    identity = interrupt(tmp_path, FakeBench("tap-client"), 5)
    path = tmp_path / NAME
    whole = path.read_bytes()
    for torn in (b'{"line":"case","case":"attr', b"\0\0\0", b'{"line":"case"}'):
        path.write_bytes(whole + torn)
        with RunJournal.take_up(tmp_path, identity) as journal:
            assert [len(sitting.finished) for sitting in journal.earlier] == [5]
        assert path.read_bytes() == whole
    for broken in (b"{}\n" + whole, whole.replace(b'"PASS"', b'"PA', 1), whole + b"x\n", whole.split(b"\n", 2)[2]):
        path.write_bytes(broken)
        with pytest.raises(ConfigurationError, match=r"without --resume"):
            RunJournal.take_up(tmp_path, identity)


def test_case_that_the_journal_says_otherwise_cannot_be_read(tmp_path: Path) -> None:
    """A verdict that there is not, and a case that there is not."""
    identity, catalogue = interrupt(tmp_path, FakeBench("tap-client"), 5), catalogue_of("tap-client")
    path = tmp_path / NAME
    whole = path.read_bytes()
    first = json.loads(whole.splitlines()[2])["case"].encode()
    for broken in (whole.replace(b'"PASS"', b'"FINE"', 1), whole.replace(first, b"attributes/made-up", 1)):
        path.write_bytes(broken)
        with (
            pytest.raises(ConfigurationError, match="the journal cannot be read"),
            sittings_of(identity, OTHER_ROLE, catalogue.cases, options(tmp_path, resume=True)),
        ):
            pass


def test_nothing_to_go_on_with_and_another_run_there(tmp_path: Path) -> None:
    """No journal: named, with the folder. A run that goes on in the same folder: refused, and left alone."""
    with pytest.raises(ConfigurationError, match="expected the journal of an interrupted run"):
        interrupted(tmp_path)
    asked, catalogue = options(tmp_path), catalogue_of("tap-client")
    identity = identity_of(catalogue, FakeBench("tap-client"), asked)
    with RunJournal.begin(tmp_path, identity) as journal:
        journal.sit_down(NOON, "host")
        kept = (tmp_path / NAME).read_bytes()
        for again in (RunJournal.begin, RunJournal.take_up):
            with pytest.raises(ConfigurationError, match="expected no other run there"):
                again(tmp_path, identity)
        assert (tmp_path / NAME).read_bytes() == kept
        assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_what_was_not_applicable_reads_back(catalogue: Catalogue) -> None:
    """What was missing is a word of two vocabularies, and comes back as the one it was of."""
    case = next(iter(catalogue.cases.values()))
    judgement = not_applicable(case, [Capability.SET_TIME, Obstacle.FALLS_BACK])
    assert RELYING_PARTY.read(json.loads(json.dumps(RELYING_PARTY.written(judgement))), case) == judgement

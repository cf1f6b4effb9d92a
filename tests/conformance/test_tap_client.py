"""The role tap-client: two products pass, each rule off is killed by the trace."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.certification import SuiteVerdict
from conformance.roles.kill_rows import FILE
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.role_run import examine
from conformance.roles.rule_off import off_for_a_while
from conformance.roles.tap_client.bench import InProcessDesk, TapBench
from conformance.roles.tap_client.case import TAP_CLIENT, TapCase
from conformance.roles.tap_client.laid import Cards
from conformance.roles.vocabularies import VOCABULARIES
from harness.contract.client import TapClient
from harness.contract.python_binding import PythonBinding
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from tests.conformance.role_runs import assert_killed, assert_names_agree, not_passed

Catalogue = RoleCatalogue[TapCase]
MUTANTS = load_role_mutants("tap-client", RoleMutant)
EXAMPLE = "conformance.targets.tap_client:make"
REFERENCE = "tests.conformance.reference_reader:make"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue as it is shipped."""
    return load_role_catalogue(TAP_CLIENT)


@pytest.fixture(scope="module")
def cards(key_folder: Path) -> Iterator[Cards]:
    """The cards that are laid on."""
    made = Cards(KeyPool(key_folder), seed=7)
    yield made
    made.close()


def bench(factory: str, cards: Cards) -> TapBench:
    """Return a product in this process at its desk."""
    return TapBench(TapClient(PythonBinding(factory, timeout=10)), InProcessDesk(cards))


@pytest.mark.parametrize("factory", [EXAMPLE, REFERENCE], ids=["example", "reference"])
def test_honest_software_passes_everything(factory: str, catalogue: Catalogue, cards: Cards) -> None:
    """The example, and the reference's reader client, in whatever order; those that take seconds once."""
    quick = catalogue.with_twins([case_id for case_id in catalogue.cases if not case_id.startswith("slow/")])
    runs = [
        examine(each, bench(factory, cards), target=factory, seed=seed) for seed, each in ((1, catalogue), (2, quick))
    ]
    assert [not_passed(run) for run in runs] == [{}, {}]
    assert runs[0].verdict in (SuiteVerdict.CONFORMANT, SuiteVerdict.CONFORMANT_WITHIN)
    assert len(catalogue.cases) >= 35


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_software_with_a_rule_off_is_refused(mutant: RoleMutant, catalogue: Catalogue, cards: Cards) -> None:
    """The cases that name it refuse it for what the trace or the answer shows, and their twins pass."""
    with off_for_a_while(mutant):
        assert_killed(mutant, catalogue, bench(EXAMPLE, cards))


def test_cases_and_mutants_name_each_other(catalogue: Catalogue) -> None:
    """And no case is there that kills nothing."""
    assert_names_agree(catalogue, MUTANTS)


def test_transcripts_show_no_pin(catalogue: Catalogue, cards: Cards) -> None:
    """The trace is masked before the judge sees it."""
    run = examine(catalogue.with_twins(["typing/wrong"]), bench(EXAMPLE, cards), target="", seed=1)
    shown = "".join(judged.transcript for judged in run.judgements.values())
    assert "00 20 00 80 04 ** ** ** **" in shown
    assert "00 20 00 80 04 3" not in shown


def test_no_id_is_used_by_two_roles() -> None:
    """A case or a mutant is found by its id alone, on the coverage page too."""
    folder = Path(__file__).resolve().parents[2] / "conformance"
    roles = ["relying-party", *VOCABULARIES]
    cases = [path.relative_to(folder / "catalogue" / role) for role in roles for path in _files("catalogue", role)]
    mutants = [path.stem for role in roles for path in _files("mutants", role)]
    assert len(cases) == len(set(cases))
    assert len(mutants) == len(set(mutants))


def _files(kind: str, role: str) -> list[Path]:
    folder = Path(__file__).resolve().parents[2] / "conformance" / kind / role
    return sorted(folder.glob("**/*.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("twin: typing/right", "twin: typing/nowhere", "no case has the id 'typing/nowhere'"),
        ("twin: typing/right\n", "", "a refusal needs an accepted twin"),
        ("requirement: TC-PIN-004", "requirement: RS-CRL-001", "one of the role responder"),
        ("requirement: TC-PIN-004", "requirement: TC-PIN-904", "none of that id"),
        ("[emulated, sign_challenge]", "[sign_fast]", "field capabilities: expected some of"),
        ("[emulated, sign_challenge]", "[emulated]", "for the runs need them"),
        ("card: blocked", "card: broken", r"'broken'.*\$\.runs"),
        ("id: typing/blocked", "id: typing/locked", "the file's own place"),
    ],
)
def test_broken_file_is_named_with_field_and_rule(tmp_path: Path, old: str, new: str, says: str) -> None:
    """In one line, as for every role."""
    for path in _files("catalogue", "tap-client"):
        place = tmp_path / "tap-client" / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    broken = tmp_path / "tap-client" / "typing" / "blocked.yaml"
    text = broken.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says) as fault:
        load_role_catalogue(TAP_CLIENT, tmp_path)
    assert "\n" not in str(fault.value)


def test_kill_matrix_is_of_these_mutants() -> None:
    """The published rows name every mutant of every role, and show it killed by the cases that say so."""
    with FILE.open(encoding="utf-8", newline="") as file:
        killed = {(row["role"], row["mutant"], row["case"]): row["killed"] == "yes" for row in csv.DictReader(file)}
    for role, vocabulary in VOCABULARIES.items():
        mutants = load_role_mutants(role, vocabulary.mutant_type)
        assert {mutant for other, mutant, _ in killed if other == role} == {mutant.id for mutant in mutants}
        survived = [(each.id, case) for each in mutants for case in each.killed_by if not killed[role, each.id, case]]
        assert survived == []

"""The role card: the emulator passes, each broken card is killed, and the interlock keeps PINs from other readers."""

from pathlib import Path

import pytest

from cardsim.profile import Profile
from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.inprocess import InProcessConnection
from cardsim.readers.interface import Interface
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from conformance.certification import SuiteVerdict
from conformance.judge import Verdict
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CARD, CardCase, CardMutant
from conformance.roles.card.facts import CardFacts, load_card_facts, wrong
from conformance.roles.card.mutants import adversary, edited, load_card_mutants
from conformance.roles.card.target import EmulatedCards, ReaderCards, synthetic_card
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_run import examine
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from tests.conformance.role_runs import assert_killed, assert_names_agree, not_passed

Catalogue = RoleCatalogue[CardCase]
Issued = tuple[Profile, CardFacts]
MUTANTS = load_card_mutants()
FOREIGN = "ACME Reader 00 00"
HEADER = 5


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue as it is shipped."""
    return load_role_catalogue(CARD)


@pytest.fixture(scope="module")
def keys(key_folder: Path) -> KeyPool:
    """The keys of the session."""
    return KeyPool(key_folder)


@pytest.fixture(scope="module")
def issued(keys: KeyPool) -> Issued:
    """A genuine card."""
    return synthetic_card(keys, seed=7)


def used(profile: Profile, reader: str) -> tuple[ReaderCards, Trace]:
    """Return one card that stays in a reader of that name, and its trace."""
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    return ReaderCards(reader, lambda: InProcessConnection(card, reader)), trace


def verified(trace: Trace) -> list[bytes]:
    """Return every VERIFY, those without data too."""
    return [line.command for line in trace if line.command[1:2] == b"\x20"]


def test_emulator_passes_everything(catalogue: Catalogue, issued: Issued) -> None:
    """Fresh cards in process, with contacts and without: nothing is left out, whatever the order."""
    touched = (ORDINARY, Conditions(Interface.CONTACTLESS, pupi_in_atr=True))
    benches = [CardBench(EmulatedCards(issued[0], each), issued[1]) for each in touched]
    runs = [examine(catalogue, each, target="", seed=seed) for seed, each in enumerate(benches)]
    assert [not_passed(run) for run in runs] == [{}, {}]
    assert [run.verdict for run in runs] == [SuiteVerdict.CONFORMANT] * 2
    assert len(catalogue.cases) >= 35


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_broken_card_is_refused(
    mutant: CardMutant, catalogue: Catalogue, issued: Issued, keys: KeyPool, key_folder: Path
) -> None:
    """The cases that name it refuse it for what they look at, and their twins pass."""
    if mutant.adversary is not None:
        assert_killed(
            mutant, catalogue, CardBench(EmulatedCards(adversary(mutant.adversary, issued[0], keys)), issued[1])
        )
        return
    with edited(mutant, key_folder) as (cards, facts):
        assert_killed(mutant, catalogue, CardBench(cards, facts))


def test_cases_and_mutants_name_each_other(catalogue: Catalogue) -> None:
    """And no case is there that kills nothing."""
    assert_names_agree(catalogue, MUTANTS)


def test_used_card_keeps_its_tries(catalogue: Catalogue, issued: Issued) -> None:
    """A card that stays in its reader is never blocked: such cases are not applicable, and the count is full after."""
    cards, trace = used(issued[0], "Kazashi Virtual Reader 00 00")
    run = examine(catalogue, CardBench(cards, issued[1]), target="", seed=3)
    assert not_passed(run) == {}
    left_out = [case_id for case_id, judged in run.judgements.items() if judged.verdict is Verdict.NA]
    assert left_out == ["pins/blocked", "pins/blocked-query"]
    assert run.verdict is SuiteVerdict.CONFORMANT_WITHIN
    values = [line for line in trace if line.command[1:2] == b"\x20" and len(line.command) > HEADER]
    assert all(line.sw != 0x63C0 for line in values)
    examine(catalogue.with_twins(["pins/tries-query"]), CardBench(cards, issued[1]), target="", seed=3)
    assert trace.lines[-2].sw == 0x63C3


def test_foreign_reader_gets_no_verify(catalogue: Catalogue, issued: Issued) -> None:
    """Without the test card's serial number not even an empty VERIFY goes there; what needs none is judged."""
    cards, trace = used(issued[0], FOREIGN)
    run = examine(catalogue, CardBench(cards, issued[1]), target="", seed=3)
    assert not_passed(run) == {}
    assert verified(trace) == []
    assert run.count(Verdict.PASS) > 20


def test_named_test_card_is_judged_and_another_is_not(catalogue: Catalogue, issued: Issued) -> None:
    """The serial number opens the interlock for that card alone."""
    cards, trace = used(issued[0], FOREIGN)
    with pytest.raises(ConfigurationError, match="expected that test card"):
        CardBench(cards, issued[1], serial="0" * 16)
    assert verified(trace) == []
    bench = CardBench(cards, issued[1], serial=issued[0].serial)
    run = examine(catalogue.with_twins(["pins/wrong-counts", "signing/login-refused"]), bench, target="", seed=3)
    assert not_passed(run) == {}
    assert verified(trace) != []


def test_wrong_secret_of_the_operator_costs_one_try(issued: Issued) -> None:
    """It is found before the run, and where few tries are left it is not sent."""
    cards, trace = used(issued[0], "Kazashi Virtual Reader 00 00")
    false = CardFacts(auth_pin=wrong(issued[1].auth_pin or ""))
    for left in (2, 1):
        with pytest.raises(ConfigurationError, match="correct it before anything else"):
            CardBench(cards, false)
        assert [line.sw & 0x0F for line in trace if line.command[1:2] == b"\x20"][-1] == left
    with pytest.raises(ConfigurationError, match="expected 2 tries left or more, actual 1"):
        CardBench(cards, false)
    assert trace.lines[-2].sw == 0x63C1


def test_transcript_shows_no_secret(catalogue: Catalogue, issued: Issued) -> None:
    """PINs are masked in what goes into reports."""
    bench = CardBench(EmulatedCards(issued[0]), issued[1])
    run = examine(catalogue.with_twins(["pins/blocked", "pins/change"]), bench, target="", seed=3)
    text = "".join(judged.transcript for judged in run.judgements.values())
    assert "00200080" in text
    for secret in issued[1].secrets().values():
        assert secret.encode().hex() not in text
        assert wrong(secret).encode().hex() not in text


def test_facts_that_cannot_be_are_named_without_their_value(tmp_path: Path) -> None:
    """Field and rule, and never a PIN."""
    path = tmp_path / "card.yaml"
    path.write_text("auth-pin: '98765'\n", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"owner alone can read, actual mode 6"):
        load_card_facts(path)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match=r"\$\.auth-pin") as fault:
        load_card_facts(path)
    assert "98765" not in str(fault.value)
    path.write_text("auth-pin: '9876'\n", encoding="ascii")
    assert load_card_facts(path).secrets() == {"auth-pin": "9876"}

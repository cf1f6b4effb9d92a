"""docs/jlis.md says how sure every behaviour of the fake J-LIS is, from the code that does it."""

import pkgutil
import re
from pathlib import Path

import harness.jlis
from harness.confidence import Confidence
from harness.jlis.behaviour_page import CHAPTERS, FILE, behaviours, page

SPECIFICATION = Path(__file__).parent.parent.parent / "docs" / "spec"
SAYS_ELSEWHERE = {"life_cycle", "life_cycle_page", "life_events"}
"""docs/life-cycle.md is theirs."""
MECHANICS = {
    "authority", "behaviour", "behaviour_page", "cohorts", "crl_columns", "crl_encoding", "crl_extensions", "hierarchy",
    "issuing", "journal", "leaf_encoding", "ocsp_common_request", "ocsp_draft", "ocsp_encoding", "ocsp_nonce",
    "ocsp_plain", "ocsp_question", "ocsp_service", "people", "possible_events", "practice", "records", "register",
    "signers",
}  # fmt: skip
"""How it is done, not what is done."""
WRONG_ON_PURPOSE = {"crl_faults", "fault_grammar", "faults", "ocsp_faults", "wrong", "wrong_certificates"}
LISTED = [module for modules in CHAPTERS.values() for module in modules]
SAID = [(module, each) for module in LISTED for each in behaviours(module)]


def test_the_page_is_what_the_code_says() -> None:
    """Whoever changes a behaviour writes the page anew: python -m harness.jlis.behaviour_page."""
    assert FILE.read_text(encoding="utf-8") == page()


def test_no_module_is_silent_by_oversight() -> None:
    """Each module of the fake J-LIS says how it behaves, or is named here as one that decides nothing."""
    modules = {module.name for module in pkgutil.iter_modules(harness.jlis.__path__)}
    assert modules - set(LISTED) == MECHANICS | SAYS_ELSEWHERE | WRONG_ON_PURPOSE
    assert all(behaviours(module) for module in LISTED)


def test_every_source_can_be_looked_up() -> None:
    """A section that is cited stands as a heading in docs/spec."""
    for module, said in SAID:
        for name, sections in re.findall(r"spec/(\w+)\.md ((?:§[\d.]+(?:, )?)+)", said.source):
            text = (SPECIFICATION / f"{name}.md").read_text(encoding="utf-8")
            for section in re.findall(r"§([\d.]+\d|\d)", sections):
                assert re.search(rf"^#+ {re.escape(section)}[ .]", text, re.MULTILINE), (module, said.source)


def test_every_behaviour_has_a_source_and_both_languages() -> None:
    """Nothing is said without where it is from."""
    for module, said in SAID:
        assert re.search(r"spec/\w+\.md §|RFC \d+", said.source), module
        assert re.search(r"[ぁ-んァ-ン一-龥]", said.japanese), module
        assert said.english, module


def test_what_the_specification_calls_unknown_is_assumed() -> None:
    """What can be switched because nothing public says which it is is never shown as more than assumed or a rule."""
    policies = [said for _, said in SAID if said.choices]
    assert {said.confidence for said in policies} >= {Confidence.ASSUMED}
    assert Confidence.OBSERVED not in {said.confidence for said in behaviours("ocsp_policy")}

"""docs/services.md: its example loads as it stands, and it names every word, rule and archetype there is."""

import re
from pathlib import Path

import pytest

from reference_impl.services.faults import PoliciesRefused
from reference_impl.services.loading import load_policies
from reference_impl.services.offline.standing import Standing
from reference_impl.services.policy import Policy
from reference_impl.services.rules import RULES
from reference_impl.services.vocabulary import Archetype, EntitlementKind, Method, Net, Per, Place, Proof, StatusSource

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "services.md").read_text(encoding="utf-8")


def example() -> str:
    """The YAML of the page."""
    (found,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_example_loads_and_uses_nearly_everything() -> None:
    """Whoever copies it has a policy that works."""
    (policy,) = load_policies(example(), "docs/services.md")
    unused = {
        name for name in Policy.__struct_fields__ if f"    {name}:" not in example() and f"- {name}:" not in example()
    }
    assert unused == {"needs", "predates_rule", "also_reads_certificate", "reads", "origin"}
    assert policy.id == "town-bus"


def test_example_with_a_contradiction_is_refused_at_its_line() -> None:
    """Without the line that says what a bus counts as, the line of the place is named."""
    text = re.sub(r" *(counts_as|because):.*\n", "", example())
    with pytest.raises(PoliciesRefused, match=r"^town\.yaml:6: \$\.services\[0\]\.place\.where\[0\]: town-bus: 車内"):
        load_policies(text, "town.yaml")


def test_page_names_everything() -> None:
    """Keys, archetypes, words, rules and standings; and no rule that is not there."""
    for word in [*Policy.__struct_fields__, *Archetype, *(rule.id for rule in RULES), *Standing]:
        assert f"`{word}`" in PAGE, word
    for word in [*Place, *Net, *Method, *StatusSource, *Proof, *Per, *EntitlementKind]:
        assert word in PAGE, word
    section = PAGE.split("## What is refused")[1].split("## Counting")[0]
    named = set(re.findall(r"`([a-z-]+)`", section)) - {"unreadable", "shape", "service-twice"}
    assert named == {rule.id for rule in RULES}

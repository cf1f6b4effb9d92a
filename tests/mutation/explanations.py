"""Why what survives survives: `survivors.yaml`, written by people, held against what a run found.

Each entry gives a reason and the mutants of one function that it explains. A mutant that survived and is in no entry
is a defect, of the tests or of the code; an entry whose mutant is noticed by now, or is none any more, is stale.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec
import yaml

from tests.mutation.ledger import Outcome
from tests.mutation.source import Key

FILE = Path(__file__).with_name("survivors.yaml")
HEAD = "# Why what survives survives (explanations.py): a reason for mutants of a function; `text` is the line.\n"


class Explained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mutant of an entry."""

    text: str
    change: str
    occurrence: int = 1


class Explanation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants of one function that survive for the same reason."""

    module: str
    function: str
    reason: str
    mutants: tuple[Explained, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The mutants under their names."""
        return tuple(Key(self.module, self.function, each.text, each.change, each.occurrence) for each in self.mutants)


def read_explanations(path: Path = FILE) -> tuple[Explanation, ...]:
    """The entries of a file, in its order."""
    if not path.exists():
        return ()
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")) or [], tuple[Explanation, ...])


def unexplained(outcomes: Iterable[Outcome], explanations: Iterable[Explanation]) -> list[Outcome]:
    """What survived and is in no entry."""
    known = {key for each in explanations for key in each.keys}
    return [each for each in outcomes if not each.noticed and each.key not in known]


def stale(outcomes: Iterable[Outcome], explanations: Iterable[Explanation]) -> list[Key]:
    """What is in an entry and was noticed."""
    noticed = {each.key for each in outcomes if each.noticed}
    return [key for each in explanations for key in each.keys if key in noticed]


def pruned(explanations: Iterable[Explanation], keys: Collection[Key]) -> tuple[Explanation, ...]:
    """The entries with these mutants alone; an entry that is left with none is left out."""
    kept = (
        Explanation(
            each.module,
            each.function,
            each.reason,
            tuple(mutant for mutant, key in zip(each.mutants, each.keys, strict=True) if key in keys),
        )
        for each in explanations
    )
    return tuple(each for each in kept if each.mutants)


def write_explanations(explanations: Iterable[Explanation], path: Path = FILE) -> None:
    """The file of these entries."""
    entries = yaml.safe_dump(msgspec.to_builtins(list(explanations)), sort_keys=False, allow_unicode=True, width=110)
    path.write_text(f"{HEAD}{entries}", encoding="utf-8")


def as_entries(outcomes: Iterable[Outcome]) -> str:
    """The entries that are missing, for a person to write the reason into."""
    by_function: dict[tuple[str, str], list[Explained]] = {}
    for each in outcomes:
        key = each.key
        by_function.setdefault((key.module, key.function), []).append(Explained(key.text, key.change, key.occurrence))
    entries = [Explanation(module, function, "", tuple(mutants)) for (module, function), mutants in by_function.items()]
    return yaml.safe_dump(msgspec.to_builtins(entries), sort_keys=False, allow_unicode=True, width=1000)

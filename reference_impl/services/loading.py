"""Policies out of text: all of them, or every fault with file, line and reason. Nothing is taken by half.

    {services: [policy, …]}        YAML or JSON; one file may hold as many as one likes

(1) the text is YAML, each key once                     `marks`
(2) each entry has the shape of a policy                `policy`, by msgspec
(3) no policy contradicts itself                        `rules`
(4) no two services have one id, in all files together
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from reference_impl.services.faults import Fault, PoliciesRefused
from reference_impl.services.marks import Marked, Path, Unreadable, read_marked
from reference_impl.services.policy import Policy
from reference_impl.services.rules import find_contradictions
from reference_impl.services.shape import convert, spell


class Written(msgspec.Struct, frozen=True):
    """Where a policy is written, so that what is found out later can still be said of a line."""

    file: str
    path: Path
    marked: Marked

    def fault(self, at: Path, rule: str, words: tuple[str, str], clause: str = "house") -> Fault:
        """A fault of the part at `at`, in Japanese and English."""
        path = (*self.path, *at)
        return Fault(self.file, self.marked.line_of(path), spell(path), rule, *words, clause)


class Loaded(msgspec.Struct, frozen=True):
    """Policies, and where each is written."""

    policies: tuple[Policy, ...]
    written: Mapping[str, Written]


def load_policies(text: str, file: str) -> tuple[Policy, ...]:
    """The policies in one file; `PoliciesRefused` names everything that is wrong with it."""
    return load_files([(file, text)])


def load_files(sources: Iterable[tuple[str, str]]) -> tuple[Policy, ...]:
    """The policies in several files, given as name and text; taken together or not at all."""
    return load_written(sources).policies


def load_written(sources: Iterable[tuple[str, str]]) -> Loaded:
    """The same, with the place of each."""
    policies: list[Policy] = []
    written: dict[str, Written] = {}
    faults: list[Fault] = []
    first_seen: dict[str, str] = {}
    for file, text in sources:
        try:
            marked = read_marked(text)  # (1)
        except Unreadable as error:
            faults.append(Fault(file, error.line, "$", "unreadable", error.ja, error.en))
            continue
        for path, entry in _entries(marked, file, faults):
            policy = _convert(entry, path, marked, file, faults)
            if policy is None:
                continue
            faults.extend(_contradictions(policy, path, marked, file))
            line = marked.line_of((*path, "id"))
            if policy.id in first_seen:  # (4)
                ja, en = (
                    f"「{policy.id}」は {first_seen[policy.id]} にもあります",
                    f"{policy.id} stands in {first_seen[policy.id]} too",
                )
                faults.append(Fault(file, line, spell((*path, "id")), "service-twice", ja, en))
            first_seen.setdefault(policy.id, f"{file}:{line}")
            written[policy.id] = Written(file, path, marked)
            policies.append(policy)
    if faults:
        raise PoliciesRefused(tuple(faults))
    return Loaded(tuple(policies), written)


def _entries(marked: Marked, file: str, faults: list[Fault]) -> Iterator[tuple[Path, Any]]:
    document = marked.value
    if not isinstance(document, dict) or set(document) != {"services"} or not isinstance(document["services"], list):
        ja, en = "services: [...] だけを持つ対応表が必要です", "expected a mapping with the one key services, a list"
        faults.append(Fault(file, 1, "$", "shape", ja, en))
        return
    for index, entry in enumerate(document["services"]):
        yield ("services", index), entry


def _convert(entry: Any, path: Path, marked: Marked, file: str, faults: list[Fault]) -> Policy | None:
    """(2)"""
    name = entry.get("id", "?") if isinstance(entry, dict) else "?"
    made = convert(Policy, path, marked, file, name)
    if isinstance(made, Fault):
        faults.append(made)
        return None
    return made


def _contradictions(policy: Policy, path: Path, marked: Marked, file: str) -> Iterator[Fault]:
    """(3)"""
    for rule, found in find_contradictions(policy):
        at = (*path, *found.path)
        ja, en = f"{policy.id}: {found.ja}", f"{policy.id}: {found.en}"
        yield Fault(file, marked.line_of(at), spell(at), rule.id, ja, en, rule.clause)


@lru_cache(maxsize=1)
def catalogue() -> tuple[Policy, ...]:
    """The 118 systems that public documents describe, as policies."""
    folder = files("reference_impl.services") / "catalogue"
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name)
    return load_files((each.name, each.read_text(encoding="utf-8")) for each in found)

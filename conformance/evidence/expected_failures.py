"""Expected failures: which cases are known to fail, why, whose matter that is, where it is followed, and until when.

The file says it (`certify --expected FILE`, YAML), the run holds each entry to it: an entry whose day is over, or whose
case does not fail any more, is out of date and ends the run with exit code 1. The verdict on the case stays FAIL; what
an entry changes is the verdict on the run, which says so in its name.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Protocol

import msgspec
import yaml
from msgspec import Meta, Struct

from conformance.case import CaseId
from conformance.judge import UNJUDGED, Verdict
from harness.errors import ConfigurationError

LARGEST = 1 << 20
"""Octets of such a file."""
END = r"(?![\s\S])"


class ExpectedFailure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case that is known to fail."""

    case: CaseId
    reason: Annotated[str, Meta(min_length=8, max_length=1000)]
    owner: Annotated[str, Meta(min_length=2, max_length=200)]
    link: Annotated[str, Meta(pattern=r"^https?://[^\s/]+(/\S*)?" + END, max_length=1000)]
    until: date
    """The last day (Japan's) on which the failure is expected."""


class ExpectedFailures(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    expected_failures: Annotated[tuple[ExpectedFailure, ...], Meta(min_length=1)]


class State(StrEnum):
    """What the run says of an entry."""

    HOLDS = "fails as expected"
    EXPIRED = "expired"
    MENDED = "does not fail any more"
    UNJUDGED = "not judged"
    """TIMEOUT or HARNESS_ERROR: the run has no verdict either."""
    NOT_RUN = "not run"
    """Left out by `--case`."""


OUT_OF_DATE = frozenset({State.EXPIRED, State.MENDED})


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry, and what the run says of it."""

    case: str
    reason: str
    owner: str
    link: str
    until: date
    state: State


class Ended(Protocol):
    """A judged case, as far as expectations look at it."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""


def read_expected_failures(octets: bytes, where: Path | str) -> ExpectedFailures:
    """Return the entries; ConfigurationError names the file, the field and the rule."""
    if len(octets) > LARGEST:
        raise ConfigurationError(f"{where}: expected at most {LARGEST} octets, actual {len(octets)}; shorten the file")
    try:
        plain: Any = yaml.safe_load(octets.decode("utf-8"))
        read = msgspec.convert(plain, ExpectedFailures)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as fault:
        said = " ".join(str(fault).split())
        if isinstance(fault, msgspec.ValidationError):
            raise ConfigurationError(
                f"{where}: {said}; an entry has case, reason, owner, link and until (docs/evidence.md)"
            ) from fault
        raise ConfigurationError(f"{where}: not YAML: {said}; correct the file") from fault
    named = [entry.case for entry in read.expected_failures]
    twice = sorted({case for case in named if named.count(case) > 1})
    if twice:
        raise ConfigurationError(f"{where}: field case: expected each once, actual twice: {', '.join(twice)}; keep one")
    return read


def load_expected_failures(path: Path) -> bytes:
    """Return the octets of the file; ConfigurationError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ConfigurationError(
            f"{path}: {fault.strerror}; name a file of expected failures with --expected"
        ) from fault


def require_known(entries: ExpectedFailures, cases: Collection[str], where: Path | str) -> None:
    """Return when every entry names a case of the whole catalogue; ConfigurationError otherwise."""
    for number, entry in enumerate(entries.expected_failures):
        if entry.case not in cases:
            near = ", ".join(get_close_matches(entry.case, cases, n=3)) or "none like it"
            raise ConfigurationError(
                f"{where}: field expected_failures[{number}].case: expected a case of the catalogue, actual "
                f"{entry.case!r}; near: {near}"
            )


def held_against(
    entries: Sequence[ExpectedFailure], judged: Mapping[str, Ended], today: date
) -> tuple[Expectation, ...]:
    """Return each entry with what the run says of it; `today` is Japan's date at the end of the run."""
    return tuple(
        Expectation(
            case=entry.case,
            reason=entry.reason,
            owner=entry.owner,
            link=entry.link,
            until=entry.until,
            state=_state(entry, judged.get(entry.case), today),
        )
        for entry in entries
    )


def _state(entry: ExpectedFailure, ended: Ended | None, today: date) -> State:
    if today > entry.until:
        return State.EXPIRED
    if ended is None:
        return State.NOT_RUN
    if ended.verdict in UNJUDGED:
        return State.UNJUDGED
    return State.HOLDS if ended.verdict is Verdict.FAIL else State.MENDED


def excused(expectations: Collection[Expectation]) -> frozenset[str]:
    """Return the cases whose failure does not count against the run."""
    return frozenset(each.case for each in expectations if each.state is State.HOLDS)


def are_out_of_date(expectations: Collection[Expectation]) -> bool:
    """Return whether an entry has to be taken out or mended."""
    return any(each.state in OUT_OF_DATE for each in expectations)


def told(each: Expectation) -> str:
    """Return an entry in one line: what JUnit and the command line say of it."""
    return f"expected failure ({each.state.value}; until {each.until}): {each.reason} [{each.owner}, {each.link}]"

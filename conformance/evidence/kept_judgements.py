"""Judgements as plain values and back, for the journal of a run: the case itself stays in the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import msgspec

from cardsim.trace import TraceLine
from conformance.case import Obstacle
from conformance.check import Check
from conformance.judge import Judgement, Verdict, with_twins
from conformance.observation import Observation
from conformance.roles.role_run import RoleJudgement, with_role_twins
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError

J = TypeVar("J")


@dataclass(frozen=True, slots=True)
class Kept(Generic[J]):
    """How the judgements of a role are written down, read, and held against their twins."""

    written: Callable[[J], dict[str, Any]]
    read: Callable[[dict[str, Any], Any], J]
    """From what was written and the case of the catalogue; ValueError when it does not fit."""
    beside_twins: Callable[[Mapping[str, J]], Mapping[str, J]]


def _written(judgement: Judgement) -> dict[str, Any]:
    """Return the judgement without its case, and without the values that were planted: a password is one."""
    seen = judgement.observation
    plain: dict[str, Any] = msgspec.to_builtins(
        replace(judgement, observation=None if seen is None else replace(seen, canaries=()))
    )
    del plain["case"]
    if plain["observation"] is not None:
        del plain["observation"]["case"]
    return plain


class _Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Verdict
    checks: tuple[Check, ...]
    observation: Observation | None
    twin_failed: bool = False
    missing: tuple[str, ...] = ()


def _read(plain: dict[str, Any], case: Any) -> Judgement:
    seen = plain["observation"]
    whole = {**plain, "observation": None if seen is None else {**seen, "case": msgspec.to_builtins(case)}}
    kept = msgspec.convert(whole, _Plain)
    missing = tuple(_obstacle(word) for word in kept.missing)
    return Judgement(case, kept.verdict, kept.checks, kept.observation, kept.twin_failed, missing)


def _obstacle(word: str) -> Capability | Obstacle:
    return Capability(word) if word in {each.value for each in Capability} else Obstacle(word)


class _RolePlain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Verdict
    checks: tuple[Check, ...]
    transcript: str
    seconds: float
    missing: tuple[str, ...]
    trace: tuple[TraceLine, ...] = ()


def _role_written(judged: RoleJudgement) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(
        _RolePlain(judged.verdict, judged.checks, judged.transcript, judged.seconds, judged.missing, judged.trace)
    )
    return plain


def _role_read(plain: dict[str, Any], case: Any) -> RoleJudgement:
    kept = msgspec.convert(plain, _RolePlain)
    return RoleJudgement(case, kept.verdict, kept.checks, kept.transcript, kept.seconds, kept.missing, kept.trace)


RELYING_PARTY: Kept[Judgement] = Kept(_written, _read, with_twins)
OTHER_ROLE: Kept[RoleJudgement] = Kept(_role_written, _role_read, with_role_twins)


def read_sitting(kept: Kept[J], finished: Mapping[str, dict[str, Any]], cases: Mapping[str, Any]) -> dict[str, J]:
    """Return the judgements of a sitting by case; ConfigurationError when one cannot be read."""
    try:
        return {case: kept.read(plain, cases[case]) for case, plain in finished.items()}
    except (KeyError, TypeError, ValueError) as fault:
        raise ConfigurationError(f"--resume: the journal cannot be read: {fault}; start without --resume") from fault

"""The fee counter: what was asked of the fake J-LIS, by service and purpose, and what it would cost.

Signature ¥20 and authentication ¥2 for each check, waived since January 2023; ¥20 for an answer with news of the four
attributes (spec/pki.md §3, §4).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.journal import Entry, Summary

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "spec/pki.md §3, §4",
        "1件あたり署名用20円・利用者証明用2円（免除中）、4情報は新しい情報のある回答だけ20円。目的別に数える",
        "¥20 for a signature check, ¥2 for an authentication check (waived), ¥20 for an answer with news;"
        " counted by purpose",
    ),
)

YEN = {Kind.SIGN.value: 20, Kind.AUTH.value: 2}
_STATUSES = ("good", "revoked", "unknown")


@dataclass(frozen=True, slots=True)
class FeeLine:
    """How often one thing was asked for, and its price."""

    service: str
    kind: str
    purpose: str
    count: int
    yen_each: int
    waived: bool

    @property
    def due(self) -> int:
        """Yen to pay."""
        return 0 if self.waived else self.count * self.yen_each


def summary_of(entry: Entry) -> Summary:
    """Return what the journal counts an entry by; what was refused costs nothing."""
    priced = None if entry.http != 200 or entry.kind is None else _priced(entry)
    checks = entry.answer.count("; ") + 1 if priced == "status" else 1
    return Summary(entry.door, entry.kind, priced, checks)


def _priced(entry: Entry) -> str | None:
    """Return the purpose on the bill, None where there is no price."""
    if entry.door == "ocsp":
        return "status" if entry.answer.startswith(_STATUSES) else None
    if entry.door == "record-check":
        return entry.answer.split(" ")[0]
    return "latest" if entry.door == "attributes" and entry.answer in {"changed", "overseas"} else None


def count_fees(sums: Mapping[Summary, int]) -> list[FeeLine]:
    """Return the lines of the bill, in the order of service, kind and purpose."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for (door, kind, what, checks), count in sums.items():
        if kind and what:
            counted[door, kind, what] += checks * count
    return [
        FeeLine(service, kind, purpose, count, YEN[kind], waived=service != "attributes")
        for (service, kind, purpose), count in sorted(counted.items())
    ]

"""Policies written for tests: one right one, and the same with parts of it changed."""

from typing import Any

import msgspec

from reference_impl.services.loading import load_policies
from reference_impl.services.policy import Policy

LIBRARY = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis, maximum_age: 30m}
"""
TAXI = """services:
  - id: taxi
    name: {ja: タクシー, en: Taxi}
    archetype: card-app-count
    place: {where: [vehicle]}
    net: offline
    entitlements:
      - {id: rides-a-day, kind: count, limit: 2, per: day, unit: {ja: 乗車, en: rides}}
      - {id: rides-a-year, kind: count, limit: 70, per: fiscal-year, unit: {ja: 乗車, en: rides}}
    offline: {upload_within: 31d}
"""


def policy(text: str = LIBRARY, **changes: Any) -> Policy:
    """The one policy of a text, with top-level parts replaced as they come (unchecked against the rules)."""
    (loaded,) = load_policies(text, "test.yaml")
    return msgspec.structs.replace(loaded, **changes)

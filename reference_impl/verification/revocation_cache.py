"""Statuses kept for a while: bounded, by the issuer's key and the serial, never longer than what made them true.

Only what a responder stood for comes in here: no error, no answer that could not be believed. Time only ends an
entry and never begins it again: the latest instant ever seen decides, so a clock that is set back brings nothing back,
and an entry is not used before the instant at which it was found either.
"""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Reason

CAPACITY: Final = 65_536
"""Entries; some 30 MB of them (measured in the tests). The oldest goes when another one comes."""

Key = tuple[str, int]
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def status_key(certificate: Certificate, issuer: Authority) -> Key:
    """What a status is kept by: the issuer's public key, as its SHA-256, and the serial (spec/pki.md §5); no name."""
    return issuer.issuer_key, certificate.serial


class _Entry(msgspec.Struct, frozen=True, gc=False):
    status: Status
    found: datetime
    until: datetime


class StatusCache:
    """Statuses by key, each with the span in which it may be used again."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._latest = _BEGINNING

    def find(self, key: Key, now: datetime) -> Status | None:
        """The status kept for this key, if it may be used now: in its own second of `until` no more."""
        if now > self._latest:  # noqa: PLR1730 - a third of the time of max()
            self._latest = now
        entry = self._entries.get(key)
        if entry is None or entry.found > now:
            return None
        if self._latest >= entry.until:
            self._entries.pop(key, None)
            return None
        return entry.status

    def keep(self, key: Key, status: Status, now: datetime, until: datetime) -> None:
        """Keeps a status that was found now, unless a newer one is there, or one as new that is not good.

        An answer that was long under way must not cover what was learnt meanwhile.
        """
        if status.source is None or until <= max(now, self._latest):
            return
        held = self._entries.get(key)
        if held is not None and held.status.source is not None:
            known = held.status.source.this_update
            if known > status.source.this_update:
                return
            if known == status.source.this_update and held.status.reason is not Reason.OK:
                return
        self._entries[key] = _Entry(status, now, until)
        while len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)

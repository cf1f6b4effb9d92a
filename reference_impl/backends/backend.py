"""What a relying party needs of whoever verifies for it. Every platform that is known of fits (docs/backends.md).

A back end may lack an ability: then the method refuses with POLICY and says so, and nothing is asked. One that could
not find out says STATUS_UNAVAILABLE. Neither is ever good.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from reference_impl.audit.checks import Check
from reference_impl.verification.doors import Doors
from reference_impl.verification.presentation import Presentation, Tap
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.verdict import Finding, HolderKey, Reason, Verdict


class Ability(StrEnum):
    """What a back end can be asked for."""

    VERIFY = "verify"
    IDENTIFY = "identify"
    CHECK = "check"
    STATUS = "status"
    FORMER = "former"
    NAME = "name"
    REDIRECT = "redirect"


class Errand(StrEnum):
    """What a question without a holder in front of it is for (spec/pki.md §4, 現況確認); closed, as art. 52 wants."""

    CURRENT_STATUS = "current-status"
    """現況確認: is a certificate that was presented earlier still good?"""
    RENEWAL = "renewal"
    """What did this holder's certificate succeed?"""
    ACCOUNT = "account"
    """Whose account is it, to be shown or given up? No status, and no revocation data, are asked for."""


CheckPurpose = Purpose | Errand
PurposeWord = Literal["enrol", "login", "relink", "tap", "sign", "current-status", "renewal", "account"]
"""A purpose as it is written in files and on the wire."""


def purpose_of(word: PurposeWord) -> CheckPurpose:
    """The purpose of a word."""
    return Errand(word) if word in set(Errand) else Purpose(word)


class Numbered(msgspec.Struct, frozen=True):
    """A certificate that is not at hand any more: its name, its kind, and its notAfter as learnt when it was."""

    holder: HolderKey
    kind: CertificateKind
    ends: datetime


class Departure(msgspec.Struct, frozen=True):
    """Where the holder's browser goes, and what has to be kept here until it comes back (state, nonce, verifier)."""

    address: str
    kept: Mapping[str, str]


class PastVerdict(msgspec.Struct, frozen=True):
    """The verdict on a tap that has been, and when its certificate was revoked, if that was not later."""

    verdict: Verdict
    revoked_at: datetime | None = None


class Backend(Protocol):
    """Whoever verifies. `why` says at which instant, from which terminal, for which service and purpose."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can be asked for."""

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """The verdict on what a terminal handed over (`verification.core`)."""

    def verify_past(self, presentation: Tap, taken: datetime, why: Check, doors: Doors) -> PastVerdict:
        """The verdict on a tap that was taken without asking: as of then, by what is known now (`why.at`)."""

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """By which name a certificate shown before any proof is known here, or why it is nobody's; no status."""

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """The verdict on a certificate alone: whose, valid, still good. It says nothing of who shows it."""

    def status(self, numbered: Numbered, why: Check) -> Verdict:
        """The same of one whose octets were discarded, by its name."""

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """The names that this certificate's holder had before it, newest first."""

    def name(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """By which name the account is kept that this certificate led to, though it be over by now; none is given."""

    def depart(self, why: Check) -> Departure | Verdict:
        """The beginning of a proof that another party takes: the holder leaves for its pages."""

    def arrive(self, parameters: Mapping[str, str], kept: Mapping[str, str], why: Check) -> Verdict:
        """The verdict on what the holder came back with; its `holder` is the name the other party gave."""


class Unable:
    """A back end without any ability; others override what they have."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """None."""
        return frozenset()

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """POLICY."""
        del presentation, why, doors
        return unable(Ability.VERIFY)

    def verify_past(self, presentation: Tap, taken: datetime, why: Check, doors: Doors) -> PastVerdict:
        """POLICY."""
        del presentation, taken, why, doors
        return PastVerdict(unable(Ability.VERIFY))

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """POLICY."""
        del certificate, why
        return unable(Ability.IDENTIFY)

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """POLICY."""
        del certificate, kind, why, carrier
        return unable(Ability.CHECK)

    def status(self, numbered: Numbered, why: Check) -> Verdict:
        """POLICY."""
        del numbered, why
        return unable(Ability.STATUS)

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """POLICY."""
        del certificate, why
        return unable(Ability.FORMER)

    def name(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """POLICY."""
        del certificate, why
        return unable(Ability.NAME)

    def depart(self, why: Check) -> Departure | Verdict:
        """POLICY."""
        del why
        return unable(Ability.REDIRECT)

    def arrive(self, parameters: Mapping[str, str], kept: Mapping[str, str], why: Check) -> Verdict:
        """POLICY."""
        del parameters, kept, why
        return unable(Ability.REDIRECT)


def unable(ability: Ability) -> Verdict:
    """The verdict of a back end that cannot be asked for this."""
    return refused(Reason.POLICY, "docs/backends.md", "この方式では行えません", f"this back end cannot {ability}")


def refused(reason: Reason, clause: str, ja: str, en: str) -> Verdict:
    """A refusal before any step."""
    return Verdict(reason, (), None, Finding(clause, ja, en))

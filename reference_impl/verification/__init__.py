"""The verification core: pure functions from what was presented, what is trusted and an instant to a verdict.

It opens no socket, reads no clock and draws no randomness. `verifier` shows how it is used; `core` holds the numbered
steps, and reading the modules in the order of the steps is reading how a My Number card is verified.
"""

from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.doors import Accounts, Challenges, Doors, Enrolled
from reference_impl.verification.loaded import under_load
from reference_impl.verification.memory import Remember
from reference_impl.verification.place import Environment
from reference_impl.verification.policy import Policy, Service
from reference_impl.verification.presentation import (
    Authentication,
    CardApplication,
    ChipMaterial,
    CounterRecord,
    Enrolment,
    HashName,
    Padding,
    PhoneAuthentication,
    PhoneSigning,
    Presentation,
    Relinking,
    Signing,
    Tap,
)
from reference_impl.verification.purpose import PRODUCTION_POLICIES, TEST_POLICIES, CertificateKind, Purpose
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import AnchorRefused, Trust, read_authority, read_card_issuer
from reference_impl.verification.verdict import Decision, HolderKey, Reason, Step, Verdict
from reference_impl.verification.verifier import Verifier

__all__ = [
    "PRODUCTION_POLICIES",
    "TEST_POLICIES",
    "Accounts",
    "AnchorRefused",
    "Authentication",
    "CardApplication",
    "Certificate",
    "CertificateKind",
    "Challenges",
    "ChipMaterial",
    "CounterRecord",
    "Decision",
    "Doors",
    "Enrolled",
    "Enrolment",
    "Environment",
    "HashName",
    "HolderKey",
    "IssuedChallenges",
    "Padding",
    "PhoneAuthentication",
    "PhoneSigning",
    "Policy",
    "Presentation",
    "Purpose",
    "Reason",
    "Relinking",
    "Remember",
    "Revocation",
    "Service",
    "Signing",
    "Status",
    "Step",
    "Tap",
    "Trust",
    "Verdict",
    "Verifier",
    "parse_certificate",
    "read_authority",
    "read_card_issuer",
    "under_load",
]

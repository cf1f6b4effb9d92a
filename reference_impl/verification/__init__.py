"""The verification core: pure functions from what was presented, what is trusted and an instant to a verdict.

It opens no socket, reads no clock and draws no randomness; `core.decide` holds the numbered steps.
"""

from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.core import Attempt, ChipMaterial, Doors, Enrolled, HolderKey, Judgement, decide
from reference_impl.verification.verdict import Decision, Reason, Step, Verdict

__all__ = [
    "Attempt",
    "Certificate",
    "ChipMaterial",
    "Decision",
    "Doors",
    "Enrolled",
    "HolderKey",
    "Judgement",
    "Reason",
    "Step",
    "Verdict",
    "decide",
    "parse_certificate",
]

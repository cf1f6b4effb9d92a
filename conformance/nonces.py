"""What the journal shows of the nonces that a product sends (RFC 9654 §2.1)."""

from collections.abc import Sequence

from asn1crypto.core import OctetString

from conformance.case import NonceSent
from harness.jlis.journal import Entry

LEAST = 32
"""Octets, for a client that sends one."""


def nonces_sent(questions: Sequence[Entry], kind: str) -> list[bytes]:
    """Return what the nonce extensions of the questions about one kind of certificate held, as they came."""
    return [entry.nonce for entry in questions if entry.kind == kind and entry.nonce is not None]


def nonce_fault(rule: NonceSent, sent: Sequence[bytes]) -> str | None:
    """Return what is wrong with the nonces by a rule, in words of the report; None where nothing is."""
    if rule is NonceSent.NEVER_TWICE:
        return None if len(set(sent)) == len(sent) else f"{len(sent)} questions, {len(set(sent))} nonces"
    for value in sent:
        octets = _unwrapped(value)
        if octets is None:
            return f"{value[:8].hex(' ')}…, which is no OCTET STRING"
        if rule is NonceSent.LONG_ENOUGH and len(octets) < LEAST:
            return f"{len(octets)} octets"
    return None


def _unwrapped(value: bytes) -> bytes | None:
    """Return the octets of the nonce; None where the extension holds no OCTET STRING and nothing else."""
    try:
        return bytes(OctetString.load(value, strict=True).native)
    except (ValueError, TypeError):
        return None

"""What was presented, as the core takes it: the parts from the message, everything else from our own session."""

import hashlib
from typing import TypedDict

from msgspec import UnsetType

from reference_impl.messages import Presentation as Message
from reference_impl.store.sessions import Session
from reference_impl.verification.place import Environment
from reference_impl.verification.presentation import (
    Authentication,
    ChipMaterial,
    Enrolment,
    Presentation,
    Relinking,
    Signing,
    Tap,
)
from reference_impl.verification.purpose import Purpose


class _Common(TypedDict):
    certificate: bytes
    challenge: bytes
    service: str
    environment: Environment
    session: str


def presentation_of(session: Session, message: Message) -> Presentation:
    """The presentation that the session's purpose asks for; what it does not ask for is left behind."""
    parts: _Common = {
        "certificate": message.certificate,
        "challenge": message.challenge,
        "service": session.service,
        "environment": session.environment,
        "session": session.id,
    }
    signature = None if isinstance(message.signature, UnsetType) else message.signature
    if session.purpose is Purpose.SIGN:
        made = None if isinstance(message.document_signature, UnsetType) else message.document_signature
        return Signing(**parts, digest=hashlib.sha256(session.document or b"").digest(), signature=made)
    if session.purpose is Purpose.TAP:
        return Tap(**parts, chip=_chip(message))
    if session.purpose is Purpose.ENROL:
        return Enrolment(**parts, signature=signature, chip=_chip(message))
    if session.purpose is Purpose.RELINK:
        return Relinking(**parts, signature=signature, chip=_chip(message))
    return Authentication(**parts, signature=signature)


def _chip(message: Message) -> ChipMaterial | None:
    if isinstance(message.chip, UnsetType):
        return None
    return ChipMaterial(message.chip.birth_record, message.chip.cvc, message.chip.signature)

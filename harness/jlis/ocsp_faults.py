"""What each fault of content makes of an OCSP answer before it is signed: one small function each.

But for the one thing that is wrong the answer is as it should be, the status too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asn1crypto import ocsp

from harness.jlis.faults import Fault
from harness.jlis.ocsp import VALID, Bend, Draft
from harness.jlis.ocsp_request import ResponseStatus
from harness.jlis.signers import Signers


@dataclass(frozen=True, slots=True)
class Setting:
    """What a fault may need to know: the instant, the seconds that were ordered, and who else might sign."""

    now: datetime
    shift: timedelta
    signers: Signers


def try_later(draft: Draft, _: Setting) -> Draft:
    """Return tryLater, which has no signature (RFC 6960 §4.2.1)."""
    return replace(draft, error=ResponseStatus.TRY_LATER)


def wrong_signer(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by the delegate of a stranger who bears the authority's name."""
    return replace(draft, responder=setting.signers.stranger().responder_at(setting.now))


def other_authority(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by the delegate of the other kind's authority (RFC 6960 §4.2.2.2: not the one that issued)."""
    return replace(draft, responder=setting.signers.other.responder_at(setting.now))


def stale(draft: Draft, setting: Setting) -> Draft:
    """Return it with a nextUpdate that is over (RFC 6960 §4.2.2.1)."""
    next_update = (setting.now - setting.shift).replace(microsecond=0)
    return replace(draft, this_update=next_update - VALID, next_update=next_update)


def future(draft: Draft, setting: Setting) -> Draft:
    """Return it with a thisUpdate that is still to come (RFC 6960 §4.2.2.1)."""
    this_update = (setting.now + setting.shift).replace(microsecond=0)
    return replace(draft, this_update=this_update, next_update=this_update + VALID)


def wrong_serial(draft: Draft, _: Setting) -> Draft:
    """Return it about the next serial number (RFC 6960 §3.2 item 1: not the certificate that was asked for)."""
    asked = ocsp.CertId.load(draft.cert_id)
    other = ocsp.CertId({**{name: asked[name] for name in asked}, "serial_number": asked["serial_number"].native + 1})
    return replace(draft, cert_id=other.dump())


def wrong_nonce(draft: Draft, _: Setting) -> Draft:
    """Return it with every bit of the nonce turned over (RFC 9654 §2.1)."""
    return replace(draft, nonce=bytes(octet ^ 0xFF for octet in draft.nonce or b""))


def no_nonce(draft: Draft, _: Setting) -> Draft:
    """Return it without the nonce."""
    return replace(draft, nonce=None)


def truncated(draft: Draft, _: Setting) -> Draft:
    """Return it to be cut in half once it is signed."""
    return replace(draft, is_cut=True)


BENDS: dict[Fault, Callable[[Draft, Setting], Draft]] = {
    Fault.TRY_LATER: try_later,
    Fault.WRONG_SIGNER: wrong_signer,
    Fault.OTHER_AUTHORITY: other_authority,
    Fault.STALE: stale,
    Fault.FUTURE: future,
    Fault.WRONG_SERIAL: wrong_serial,
    Fault.WRONG_NONCE: wrong_nonce,
    Fault.NO_NONCE: no_nonce,
    Fault.TRUNCATED: truncated,
}


def bend_of(fault: Fault, setting: Setting) -> Bend:
    """Return what makes a draft wrong in that one way."""
    return lambda draft: BENDS[fault](draft, setting)

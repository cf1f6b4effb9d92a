"""What each fault of content makes of a revocation list before it is signed: one small function each.

But for the one thing that is wrong the list is as it should be, its number and its entries too.
"""

from collections.abc import Callable
from dataclasses import replace

from harness.jlis.crl import VALID, Bend, Draft
from harness.jlis.faults import Fault
from harness.jlis.ocsp_faults import Setting


def wrong_signer(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by a stranger who bears the authority's name."""
    return replace(draft, signer=setting.signers.stranger())


def other_authority(draft: Draft, setting: Setting) -> Draft:
    """Return it under the authority's name, signed by the other kind's."""
    return replace(draft, signer=setting.signers.other)


def stale(draft: Draft, setting: Setting) -> Draft:
    """Return it with a nextUpdate that is over (RFC 5280 §6.3.3 (a))."""
    next_update = (setting.now - setting.shift).replace(microsecond=0)
    return replace(draft, this_update=next_update - VALID, next_update=next_update)


def future(draft: Draft, setting: Setting) -> Draft:
    """Return it with a thisUpdate that is still to come."""
    this_update = (setting.now + setting.shift).replace(microsecond=0)
    return replace(draft, this_update=this_update, next_update=this_update + VALID)


def truncated(draft: Draft, _: Setting) -> Draft:
    """Return it to be cut in half once it is signed."""
    return replace(draft, is_cut=True)


BENDS: dict[Fault, Callable[[Draft, Setting], Draft]] = {
    Fault.WRONG_SIGNER: wrong_signer,
    Fault.OTHER_AUTHORITY: other_authority,
    Fault.STALE: stale,
    Fault.FUTURE: future,
    Fault.TRUNCATED: truncated,
}


def bend_of(fault: Fault, setting: Setting) -> Bend:
    """Return what makes a draft wrong in that one way."""
    return lambda draft: BENDS[fault](draft, setting)

"""What each fault of content makes of a revocation list before it is signed: one small function each.

But for the one thing that is wrong the list is as it should be, its number and its entries too. Where a fault is one
of entries and there are none, it is one of an entry for a serial number that nobody has.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from harness.jlis import crl_extensions, names
from harness.jlis.crl import PERIOD, VALID, Bend, Draft
from harness.jlis.crl_encoding import Revoked, extension_der
from harness.jlis.fault_grammar import GRAMMAR, Fault
from harness.jlis.faults import Order
from harness.jlis.ocsp_faults import Setting
from harness.jlis.signers import Signers
from harness.municipalities import AOI, WAKABA

NOBODYS = 0x4000_0000
"""Serial numbers from here on are nobody's: the counter of a kind begins at 0x0700_0000 (spec/pki.md §1.3)."""
NUMBER_STEP = 10
REMOVE_FROM_CRL, UNUSED_REASON = 8, 7
_FIVE_YEARS = int(timedelta(days=5 * 365).total_seconds())


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


def wrong_partition(draft: Draft, _: Setting) -> Draft:
    """Return the list of another municipality."""
    return _neighbour(draft)


def idp_mismatch(draft: Draft, _: Setting) -> Draft:
    """Return it under the scope of another municipality."""
    return replace(draft, scope=_neighbour(draft).scope)


def other_issuer(draft: Draft, setting: Setting) -> Draft:
    """Return it under the name of the other kind's authority, signed as it should be."""
    return replace(draft, issuer=names.authority_name(setting.signers.other.kind).public_bytes())


def bad_signature(draft: Draft, _: Setting) -> Draft:
    """Return it to have the last bit of its signature turned over."""
    return replace(draft, is_flipped=True)


def idp_absent(draft: Draft, _: Setting) -> Draft:
    """Return it without its scope."""
    return replace(draft, scope=None)


def idp_not_critical(draft: Draft, _: Setting) -> Draft:
    """Return it with a scope that may be overlooked."""
    return replace(draft, scope_critical=False)


def only_authorities(draft: Draft, _: Setting) -> Draft:
    """Return it as if it were of authorities' certificates."""
    if draft.scope is None:
        return draft
    return replace(draft, scope=replace(draft.scope, user_certificates=False, authority_certificates=True))


def no_next_update(draft: Draft, _: Setting) -> Draft:
    """Return it without nextUpdate."""
    return replace(draft, next_update=None)


def number_back(draft: Draft, _: Setting) -> Draft:
    """Return it with a number that was long ago."""
    return replace(draft, number=max(0, draft.number - NUMBER_STEP))


def unknown_critical(draft: Draft, _: Setting) -> Draft:
    """Return it with a critical extension that nobody knows."""
    return replace(draft, more=(*draft.more, crl_extensions.unknown()))


def entry_unknown_critical(draft: Draft, _: Setting) -> Draft:
    """Return it with such an extension in every entry."""
    odd = extension_der(crl_extensions.unknown())
    return replace(draft, entries=[entry._replace(more=entry.more + odd) for entry in _some(draft)])


def indirect(draft: Draft, setting: Setting) -> Draft:
    """Return it as an indirect list whose entries are all of the other kind's authority."""
    issuer = crl_extensions.certificate_issuer(names.authority_name(setting.signers.other.kind).public_bytes())
    scope = None if draft.scope is None else replace(draft.scope, indirect=True)
    return replace(draft, scope=scope, entries=[entry._replace(more=entry.more + issuer) for entry in _some(draft)])


def delta(draft: Draft, _: Setting) -> Draft:
    """Return what came since yesterday's list, as a delta of it."""
    since = draft.this_update - PERIOD
    return replace(draft, base=draft.number - 1, entries=[entry for entry in draft.entries if entry.at > since])


def remove_from_crl(draft: Draft, _: Setting) -> Draft:
    """Return it with every entry taken back."""
    return replace(draft, entries=[entry._replace(reason=REMOVE_FROM_CRL) for entry in _some(draft)])


def reason_7(draft: Draft, _: Setting) -> Draft:
    """Return it with a reason that does not exist."""
    return replace(draft, entries=[entry._replace(reason=UNUSED_REASON) for entry in _some(draft)])


def empty(draft: Draft, _: Setting) -> Draft:
    """Return it without its entries."""
    return replace(draft, entries=())


def empty_sequence(draft: Draft, _: Setting) -> Draft:
    """Return it with a SEQUENCE of none."""
    return replace(draft, entries=(), is_sequence=True)


def huge(draft: Draft, _: Setting, entries: int | None = None) -> Draft:
    """Return it with millions of entries more."""
    import numpy as np  # noqa: PLC0415  (a fifth of a second, for this one fault)

    from harness.jlis import crl_columns  # noqa: PLC0415

    count = entries or GRAMMAR[Fault.LIST_HUGE].entries or 0
    rows = np.arange(count, dtype=np.int64)
    seconds = int(draft.this_update.timestamp()) - 1 - rows * 7919 % _FIVE_YEARS
    reasons = np.array([1, 3, 3, 3, 4, 5, 6], np.uint8)[rows % 7]
    mass = crl_columns.encode(crl_columns.Columns((NOBODYS + rows * 7).astype(np.uint64), seconds, reasons))
    return replace(draft, mass=mass)


def yesterday(draft: Draft, _: Setting) -> Draft:
    """Return the list before it."""
    municipality, redraft = draft.municipality, draft.redraft
    return draft if municipality is None or redraft is None else redraft(municipality, draft.number - 1)


BENDS: dict[Fault, Callable[[Draft, Setting], Draft]] = {
    Fault.WRONG_SIGNER: wrong_signer,
    Fault.OTHER_AUTHORITY: other_authority,
    Fault.STALE: stale,
    Fault.FUTURE: future,
    Fault.TRUNCATED: truncated,
    Fault.LIST_WRONG_PARTITION: wrong_partition,
    Fault.LIST_IDP_MISMATCH: idp_mismatch,
    Fault.LIST_OTHER_ISSUER: other_issuer,
    Fault.BAD_SIGNATURE: bad_signature,
    Fault.LIST_IDP_ABSENT: idp_absent,
    Fault.LIST_IDP_NOT_CRITICAL: idp_not_critical,
    Fault.LIST_ONLY_AUTHORITIES: only_authorities,
    Fault.LIST_NO_NEXT_UPDATE: no_next_update,
    Fault.LIST_NUMBER_BACK: number_back,
    Fault.LIST_UNKNOWN_CRITICAL: unknown_critical,
    Fault.LIST_ENTRY_UNKNOWN_CRITICAL: entry_unknown_critical,
    Fault.LIST_INDIRECT: indirect,
    Fault.LIST_DELTA: delta,
    Fault.LIST_REMOVE_FROM_CRL: remove_from_crl,
    Fault.LIST_REASON_7: reason_7,
    Fault.LIST_EMPTY: empty,
    Fault.LIST_EMPTY_SEQUENCE: empty_sequence,
    Fault.LIST_HUGE: huge,
    Fault.LIST_YESTERDAY: yesterday,
}
REPLACING = frozenset({Fault.LIST_WRONG_PARTITION, Fault.LIST_YESTERDAY})
"""These put another list in its place; with others together they come first."""


def bend_of(fault: Fault, setting: Setting, entries: int | None = None) -> Bend:
    """Return what makes a draft wrong in that one way; `entries` is how many more a huge list has."""
    if fault is Fault.LIST_HUGE:
        return lambda draft: huge(draft, setting, entries)
    return lambda draft: BENDS[fault](draft, setting)


def bend_of_all(orders: Sequence[Order], now: datetime, signers: Signers) -> Bend:
    """Return what makes a draft wrong in each of these ways: those that replace it first, the others in their order."""
    bends = [
        bend_of(order.fault, Setting(now, timedelta(seconds=order.shift), signers), order.entries)
        for order in sorted(orders, key=lambda order: order.fault not in REPLACING)
    ]

    def bend(draft: Draft) -> Draft:
        for each in bends:
            draft = each(draft)
        return draft

    return bend


def _neighbour(draft: Draft) -> Draft:
    """Return the list of another municipality, of the same number."""
    if draft.redraft is None:
        return draft
    return draft.redraft(WAKABA if draft.municipality == AOI else AOI, draft.number)


def _some(draft: Draft) -> list[Revoked]:
    return list(draft.entries) or [Revoked(NOBODYS - 1, draft.this_update)]

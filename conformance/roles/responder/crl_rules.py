"""What holds of a revocation list: one small function for each rule (RFC 5280 §5)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import x509

from conformance.roles.responder.case import About, Rule
from conformance.roles.responder.facts import REASONS
from conformance.roles.responder.ocsp_rules import Found
from conformance.roles.responder.seen import SeenList, entry_extensions, reason_number
from conformance.roles.responder.signatures import verifies

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LIST_EXTENSIONS = frozenset(
    ("authority_key_identifier", "crl_number", "issuing_distribution_point", "delta_crl_indicator")
)
ENTRY_EXTENSIONS = frozenset(("2.5.29.21", "2.5.29.24", "2.5.29.29"))
"""reasonCode, invalidityDate, certificateIssuer."""
UNSPECIFIED, UNUSED, REMOVE_FROM_CRL = 0, 7, 8


def signed(seen: SeenList) -> Found:
    """Signed by the authority whose name it bears (RFC 5280 §6.3.3 (f), (g))."""
    named = seen.body["issuer"].dump() == seen.issuer.subject.dump()
    held = named and verifies(
        seen.issuer, seen.list["signature_algorithm"], seen.list["signature"].native, seen.body.dump()
    )
    return Found("the authority's signature", "it verifies" if held else "it does not verify", held)


def current(seen: SeenList) -> Found:
    """Its nextUpdate is still to come (RFC 5280 §6.3.3 (a))."""
    at = _next_update(seen)
    held = at is None or at >= seen.carried.before - SECOND
    return Found(f"not before {seen.carried.before:%Y-%m-%dT%H:%M:%SZ}", str(at), held)


def begun(seen: SeenList) -> Found:
    """Its thisUpdate is over: a list of the future was not issued (RFC 5280 §5.1.2.4)."""
    at = seen.body["this_update"].native
    return Found(f"not after {seen.carried.after:%Y-%m-%dT%H:%M:%SZ}", str(at), at <= seen.carried.after + SECOND)


def next_update(seen: SeenList) -> Found:
    """nextUpdate is there, and later than thisUpdate (RFC 5280 §5.1.2.5)."""
    at = _next_update(seen)
    return Found("after thisUpdate", str(at), at is not None and at > seen.body["this_update"].native)


def number(seen: SeenList) -> Found:
    """Version 2 with a CRL number of at most 20 octets (RFC 5280 §5.1.2.1, §5.2.3)."""
    extension = seen.extension("crl_number")
    found = None if extension is None else extension["extn_value"].parsed.native
    held = seen.body["version"].native == "v2" and found is not None and 0 <= found < 1 << 159
    return Found("version v2 and a number", f"version {seen.body['version'].native}, number {found}", held)


def key_identifier(seen: SeenList) -> Found:
    """The authority key identifier is that of the authority's key (RFC 5280 §5.2.1)."""
    extension = seen.extension("authority_key_identifier")
    found = None if extension is None else extension["extn_value"].parsed["key_identifier"].native
    wanted = seen.issuer.key_identifier
    return Found(wanted.hex() if wanted else "one", found.hex() if found else "none", bool(found) and found == wanted)


def idp_critical(seen: SeenList) -> Found:
    """The issuing distribution point is critical where it is (RFC 5280 §5.2.5)."""
    extension = seen.extension("issuing_distribution_point")
    held = extension is None or bool(extension["critical"].native)
    actual = "absent" if extension is None else "critical" if held else "not critical"
    return Found("absent, or critical", actual, held)


def idp_fits(seen: SeenList) -> Found:
    """It names the point of the certificates, byte by byte (RFC 5280 §5.2.5, §6.3.3 (b)(2)(i))."""
    certificate = x509.Certificate.load(seen.facts.certificate or b"")
    points = certificate.crl_distribution_points_value or []
    wanted = {name.dump() for point in points for name in point["distribution_point"].chosen}
    there = seen.idp
    point = None if there is None else there["distribution_point"]
    found = set() if point is None or point.name != "full_name" else {name.dump() for name in point.chosen}
    held = bool(wanted & found)
    return Found("the certificate's own point", "it" if held else "another" if found else "none", held)


def users(seen: SeenList) -> Found:
    """A list of residents says onlyContainsUserCerts (RFC 5280 §5.2.5)."""
    there = seen.idp
    held = there is not None and bool(there["only_contains_user_certs"].native)
    return Found("onlyContainsUserCerts", "it" if held else "not", held)


def has_revoked(seen: SeenList) -> Found:
    """What is revoked stands on it, since when it was."""
    known = seen.facts.known[About.REVOKED]
    entry = seen.entries.get(known.serial)
    at = None if entry is None else entry["revocation_date"].native
    held = at is not None and at <= seen.carried.after and (known.at is None or abs(at - known.at) <= SECOND)
    return Found(f"{known.serial:X} since {known.at or 'some time'}", "not listed" if at is None else str(at), held)


def spares_good(seen: SeenList) -> Found:
    """What is good does not."""
    serial = seen.facts.known[About.GOOD].serial
    return Found(
        f"{serial:X} not listed", "listed" if serial in seen.entries else "not listed", serial not in seen.entries
    )


def reason(seen: SeenList) -> Found:
    """A reason that is given is the true one."""
    known = seen.facts.known[About.REVOKED]
    entry = seen.entries.get(known.serial)
    found = None if entry is None else reason_number(entry)
    actual = "absent" if found is None else REASONS[found] if found < len(REASONS) else str(found)
    return Found(f"absent, or {known.reason}", actual, actual == "absent" or known.reason in (None, actual))


def no_unspecified(seen: SeenList) -> Found:
    """unspecified is told by leaving the reason out (RFC 5280 §5.3.1)."""
    return _no_reason(seen, (UNSPECIFIED,))


def reasons_defined(seen: SeenList) -> Found:
    """Reasons are 1 to 6 and 8 to 10 (RFC 5280 §5.3.1)."""
    return _no_reason(seen, (UNUSED, *range(len(REASONS), 256)))


def no_removal(seen: SeenList) -> Found:
    """removeFromCRL stands on deltas only (RFC 5280 §5.3.1)."""
    return _no_reason(seen, (REMOVE_FROM_CRL,))


def no_empty(seen: SeenList) -> Found:
    """Without entries revokedCertificates is absent, not empty (RFC 5280 §5.1.2.6)."""
    contents = seen.body["revoked_certificates"].contents
    return Found("absent, or entries", "an empty SEQUENCE" if contents == b"" else "so", contents != b"")


def nothing_critical(seen: SeenList) -> Found:
    """No critical extension of the list is unknown (RFC 5280 §5.2)."""
    extensions = seen.body["crl_extensions"]
    critical = [each["extn_id"].native for each in extensions if each["critical"].native]
    unknown = [name for name in critical if name not in LIST_EXTENSIONS]
    return Found("none that is unknown", ", ".join(unknown) or "none", not unknown)


def entries_nothing_critical(seen: SeenList) -> Found:
    """No critical extension of an entry is unknown (RFC 5280 §5.3)."""
    unknown = {
        each["extn_id"].dotted
        for entry in seen.entries.values()
        for each in entry_extensions(entry)
        if each["critical"].native and each["extn_id"].dotted not in ENTRY_EXTENSIONS
    }
    return Found("none that is unknown", ", ".join(sorted(unknown)) or "none", not unknown)


def complete(seen: SeenList) -> Found:
    """It stands alone: no delta is given where the complete list is due (RFC 5280 §5.2.4)."""
    held = seen.extension("delta_crl_indicator") is None
    return Found("a complete list", "one" if held else "a delta", held)


def direct(seen: SeenList) -> Found:
    """Its entries are of the authority that signs (RFC 5280 §5.2.5, §5.3.3)."""
    there = seen.idp
    held = there is None or not there["indirect_crl"].native
    return Found("not indirect", "so" if held else "indirectCRL", held)


def has_subject(seen: SeenList) -> Found:
    """What was revoked stands on it, even on the first list behind its end (RFC 5280 §3.3)."""
    serial = seen.facts.known[About.SUBJECT].serial
    listed = serial in seen.entries
    return Found(f"{serial:X} listed", "listed" if listed else f"not among {len(seen.entries)}", listed)


def grown(seen: SeenList) -> Found:
    """Another list of the scope has another, greater number (RFC 5280 §5.2.3)."""
    before, after = _number(seen.earlier), _number(seen)
    held = before is not None and after is not None and after > before and _this_update(seen) > _earlier_update(seen)
    return Found(f"a later list, number above {before}", f"number {after}, of {_this_update(seen)}", held)


def in_time(seen: SeenList) -> Found:
    """It was there before the one before it was over, and is of this day (RFC 5280 §5.1.2.5; spec/pki.md §2)."""
    over = None if seen.earlier is None else _next_update(seen.earlier)
    at = _this_update(seen)
    held = over is not None and at <= over and seen.carried.before - at <= DAY + HOUR
    return Found(f"not after {over}, a day old at most", str(at), held)


def generations(seen: SeenList) -> Found:
    """Lists of one scope list all of it, whatever key signs them (RFC 5280 §5, scope; §5.2.5)."""
    if seen.earlier is None:
        return Found("the list of the key before", "none", held=False)
    apart = _points(seen) != _points(seen.earlier)
    serial = seen.facts.known[About.SUBJECT].serial
    held = apart or serial in seen.entries
    actual = "another point" if apart else f"the same point, {'with' if held else 'without'} {serial:X}"
    return Found("another point, or all that the other has", actual, held)


def _points(seen: SeenList) -> set[bytes]:
    there = seen.idp
    point = None if there is None else there["distribution_point"]
    return set() if point is None or point.name != "full_name" else {name.dump() for name in point.chosen}


def _number(seen: SeenList | None) -> int | None:
    extension = None if seen is None else seen.extension("crl_number")
    return None if extension is None else int(extension["extn_value"].parsed.native)


def _this_update(seen: SeenList) -> datetime:
    at: datetime = seen.body["this_update"].native
    return at


def _earlier_update(seen: SeenList) -> datetime:
    if seen.earlier is None:
        raise LookupError("an earlier list")
    return _this_update(seen.earlier)


def _no_reason(seen: SeenList, unwanted: tuple[int, ...]) -> Found:
    found = sorted({number for entry in seen.entries.values() if (number := reason_number(entry)) in unwanted})
    return Found(f"none of {unwanted[0]}", ", ".join(map(str, found)) or "none", not found)


def _next_update(seen: SeenList) -> datetime | None:
    at: Any = seen.body["next_update"].native
    return at if isinstance(at, datetime) else None


CRL_RULES: dict[Rule, Callable[[SeenList], Found]] = {
    Rule.LIST_SIGNED: signed,
    Rule.LIST_CURRENT: current,
    Rule.LIST_BEGUN: begun,
    Rule.LIST_NEXT_UPDATE: next_update,
    Rule.LIST_NUMBER: number,
    Rule.LIST_KEY_IDENTIFIER: key_identifier,
    Rule.LIST_IDP_CRITICAL: idp_critical,
    Rule.LIST_IDP_FITS: idp_fits,
    Rule.LIST_USERS: users,
    Rule.LIST_REVOKED: has_revoked,
    Rule.LIST_GOOD: spares_good,
    Rule.LIST_REASON: reason,
    Rule.LIST_NO_UNSPECIFIED: no_unspecified,
    Rule.LIST_REASONS_DEFINED: reasons_defined,
    Rule.LIST_NO_REMOVAL: no_removal,
    Rule.LIST_NO_EMPTY: no_empty,
    Rule.LIST_NOTHING_CRITICAL: nothing_critical,
    Rule.LIST_ENTRY_NOTHING_CRITICAL: entries_nothing_critical,
    Rule.LIST_COMPLETE: complete,
    Rule.LIST_DIRECT: direct,
    Rule.LIST_SUBJECT: has_subject,
    Rule.LIST_GROWN: grown,
    Rule.LIST_IN_TIME: in_time,
    Rule.LIST_GENERATIONS: generations,
}
"""Rules of a list that was understood; those of the carrier are in `bench`."""

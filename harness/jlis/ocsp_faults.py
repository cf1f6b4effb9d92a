"""What each fault of content makes of an OCSP answer before it is signed: one small function each.

But for the one thing that is wrong the answer is as it should be, the status too. Faults of several orders are done
one after the other, each to what the one before left.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import ocsp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from harness.jlis import ocsp_encoding as der
from harness.jlis.authority import Authority
from harness.jlis.fault_grammar import Fault
from harness.jlis.ocsp import EPOCH, EXTENDED_REVOKE, VALID, Bend, Draft
from harness.jlis.ocsp_delegates import DELEGATES, Office
from harness.jlis.ocsp_draft import Single
from harness.jlis.ocsp_policy import ResponderKey
from harness.jlis.ocsp_request import ResponseStatus
from harness.jlis.signers import Signers

MINUTE = timedelta(minutes=1)
HOLD = 6
NOBODY_KNOWS = bytes.fromhex("06032a0304")
"""An OBJECT IDENTIFIER of nothing, 1.2.3.4."""
LONGEST_NONCE = 128
HASH_IDS = {
    "sha1": bytes.fromhex("300906052b0e03021a0500"),
    "sha256": bytes.fromhex("300d06096086480165030402010500"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a fault may need to know: the instant, the seconds that were ordered, and who else might sign."""

    now: datetime
    shift: timedelta
    signers: Signers


Make = Callable[[Draft, Setting], Draft]


def _signed_by(draft: Draft, authority: Authority, now: datetime, office: Office = Office.PROPER) -> Draft:
    """Return it by the delegate of an authority, named as the draft names its own."""
    key = ResponderKey.RSA if isinstance(draft.delegate.key, RSAPrivateKey) else ResponderKey.P256
    delegate = DELEGATES.of(authority, now, key, office)
    is_named = draft.responder_id == draft.delegate.name
    return draft._replace(delegate=delegate, responder_id=delegate.name if is_named else delegate.key_hash)


def _office(office: Office) -> Make:
    """Return what lets somebody of the same authority sign."""
    return lambda draft, setting: _signed_by(draft, draft.authority, setting.now, office)


def wrong_signer(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by the delegate of a stranger who bears the authority's name."""
    return _signed_by(draft, setting.signers.stranger(), setting.now)


def other_authority(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by the delegate of the other kind's authority (RFC 6960 §4.2.2.2: not the one that issued)."""
    return _signed_by(draft, setting.signers.other, setting.now)


def other_generation(draft: Draft, setting: Setting) -> Draft:
    """Return it signed by the delegate of the generation before, or of the next where there is none before.

    An authority of one generation alone has nobody: a stranger of the name signs.
    """
    known = setting.signers.generations
    others = [one for one in known if one.generation != draft.authority.generation]
    if not others:
        return wrong_signer(draft, setting)
    before = [one for one in others if one.generation < draft.authority.generation]
    return _signed_by(draft, before[-1] if before else others[0], setting.now)


def _every(change: Callable[[Single, Setting], Single]) -> Make:
    """Return what changes each SingleResponse."""
    return lambda draft, setting: draft._replace(singles=tuple(change(single, setting) for single in draft.singles))


def stale(single: Single, setting: Setting) -> Single:
    """Return it with a nextUpdate that is over (RFC 6960 §4.2.2.1)."""
    next_update = (setting.now - setting.shift).replace(microsecond=0)
    return single._replace(this_update=next_update - VALID, next_update=next_update)


def future(single: Single, setting: Setting) -> Single:
    """Return it with a thisUpdate that is still to come (RFC 6960 §4.2.2.1)."""
    this_update = (setting.now + setting.shift).replace(microsecond=0)
    return single._replace(this_update=this_update, next_update=this_update + VALID)


def _cert_id(cert_id: bytes, **changed: object) -> bytes:
    asked = ocsp.CertId.load(cert_id)
    return bytes(ocsp.CertId({**{name: asked[name] for name in asked}, **changed}).dump())


def wrong_serial(single: Single, _: Setting) -> Single:
    """Return it about the next serial number (RFC 6960 §3.2 item 1: not the certificate that was asked for)."""
    serial = ocsp.CertId.load(single.cert_id)["serial_number"].native
    return single._replace(cert_id=_cert_id(single.cert_id, serial_number=serial + 1))


def _wrong_hash(name: str) -> Callable[[Single, Setting], Single]:
    """Return what turns every bit of a hash in the CertID over."""

    def change(single: Single, _: Setting) -> Single:
        value = ocsp.CertId.load(single.cert_id)[name].native
        return single._replace(cert_id=_cert_id(single.cert_id, **{name: bytes(octet ^ 0xFF for octet in value)}))

    return change


def wrong_issuer(single: Single, setting: Setting) -> Single:
    """Return it about the other kind's certificate of the same number."""
    return single._replace(cert_id=_by(single.cert_id, setting.signers.other, _hash_of(single.cert_id)))


def _hash_of(cert_id: bytes) -> str:
    name = ocsp.CertId.load(cert_id)["hash_algorithm"]["algorithm"].native
    return name if name in {"sha1", "sha256"} else "sha1"


def _by(cert_id: bytes, authority: Authority, algorithm: str) -> bytes:
    """Return the CertID of an authority's certificate of the same number."""
    name, key = DELEGATES.hashes(authority)[algorithm]
    serial = ocsp.CertId.load(cert_id)["serial_number"].dump()
    return der.tlv(0x30, HASH_IDS[algorithm], der.tlv(0x04, name), der.tlv(0x04, key), serial)


def _twin(single: Single, draft: Draft) -> Single:
    other = "sha256" if _hash_of(single.cert_id) == "sha1" else "sha1"
    return single._replace(cert_id=_by(single.cert_id, draft.authority, other))


def twin_hash(draft: Draft, _: Setting) -> Draft:
    """Return it about the same certificates by the other hash."""
    return draft._replace(singles=tuple(_twin(single, draft) for single in draft.singles))


def twin_singles(draft: Draft, _: Setting) -> Draft:
    """Return it about each certificate by both hashes."""
    return draft._replace(singles=tuple(each for single in draft.singles for each in (single, _twin(single, draft))))


def _contrary(single: Single, setting: Setting) -> Single:
    is_good = single.status == der.GOOD
    return single._replace(status=der.revoked(_second(setting.now - MINUTE)) if is_good else der.GOOD)


def extra_single(draft: Draft, setting: Setting) -> Draft:
    """Return it about the next serial number too, in the same words."""
    return draft._replace(singles=(*draft.singles, wrong_serial(draft.singles[-1], setting)))


def extra_single_first(draft: Draft, setting: Setting) -> Draft:
    """Return it about the next serial number first: a product that reads the first one alone errs."""
    return draft._replace(singles=(_contrary(wrong_serial(draft.singles[0], setting), setting), *draft.singles))


def missing_single(draft: Draft, _: Setting) -> Draft:
    """Return it without the last SingleResponse (RFC 6960 §4.2.2.3: one for each)."""
    return draft._replace(singles=draft.singles[:-1])


def contradiction(draft: Draft, setting: Setting) -> Draft:
    """Return it with the contrary behind each word."""
    both = (each for single in draft.singles for each in (single, _contrary(single, setting)))
    return draft._replace(singles=tuple(both))


def wrong_responder_name(draft: Draft, _: Setting) -> Draft:
    """Return it by the name of the authority, who did not sign; where that did, by a name of nobody."""
    authority = der.by_name(draft.authority.certificate.subject.public_bytes())
    nobody = der.by_name(bytes.fromhex("3000"))
    return draft._replace(responder_id=nobody if draft.delegate.name == authority else authority)


def wrong_responder_key(draft: Draft, _: Setting) -> Draft:
    """Return it by a key that every bit was turned over of."""
    wrong = bytes(octet ^ 0xFF for octet in draft.delegate.key_hash[-20:])
    return draft._replace(responder_id=der.by_key(wrong))


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def _revoked(reason: int | None) -> Make:
    """Return what says revoked since a minute, with a reason."""
    return _every(
        lambda single, setting: single._replace(status=der.revoked(_second(setting.now - MINUTE), reason)),
    )


def _where_unknown(status: bytes) -> Callable[[Single, Setting], Single]:
    return lambda single, _: single._replace(status=status) if single.status == der.UNKNOWN else single


def never_issued_revoked(draft: Draft, setting: Setting) -> Draft:
    """Return what is unknown as revoked since 1970, under extended-revoke (RFC 6960 §2.2, §4.4.8)."""
    if all(single.status != der.UNKNOWN for single in draft.singles):
        return draft
    bent = _every(_where_unknown(der.revoked(EPOCH, HOLD)))(draft, setting)
    return bent._replace(extensions=bent.extensions + EXTENDED_REVOKE)


def _error(status: int) -> Make:
    """Return what says an error, which has no signature (RFC 6960 §4.2.1)."""
    return lambda draft, _: draft._replace(error=status)


def _beside(status: int) -> Make:
    """Return what says an error around the answer."""
    return lambda draft, _: draft._replace(status=status)


def _nonce(change: Callable[[bytes], bytes | None]) -> Make:
    """Return what changes the nonce; one that another fault took away stays away."""
    return lambda draft, _: draft if draft.nonce is None else draft._replace(nonce=change(draft.nonce))


def raw_nonce(draft: Draft, _: Setting) -> Draft:
    """Return it with the nonce wrapped once."""
    if draft.nonce is None:
        return draft
    raw = der.extension(der.NONCE_ID, draft.nonce)
    return draft._replace(nonce=None, extensions=draft.extensions + raw)


def nonce_in_single(draft: Draft, _: Setting) -> Draft:
    """Return it with the nonce at the wrong place."""
    if draft.nonce is None:
        return draft
    extension = der.nonce_extension(draft.nonce)
    singles = tuple(single._replace(extensions=single.extensions + extension) for single in draft.singles)
    return draft._replace(nonce=None, singles=singles)


def unsolicited_nonce(draft: Draft, _: Setting) -> Draft:
    """Return it with a nonce where none was sent."""
    return draft if draft.asked_nonce is not None else draft._replace(nonce=bytes(range(32)))


def _extension(*, critical: bool) -> bytes:
    return der.extension(NOBODY_KNOWS, der.NULL, critical=critical)


def wrong_algorithm(draft: Draft, _: Setting) -> Draft:
    """Return it with an AlgorithmIdentifier that is not the signature's."""
    return draft._replace(named_algorithm=draft.delegate.algorithm("sha384"))


BENDS: dict[Fault, Make] = {
    Fault.TRY_LATER: _error(ResponseStatus.TRY_LATER),
    Fault.WRONG_SIGNER: wrong_signer,
    Fault.OTHER_AUTHORITY: other_authority,
    Fault.STALE: _every(stale),
    Fault.FUTURE: _every(future),
    Fault.WRONG_SERIAL: _every(wrong_serial),
    Fault.WRONG_NONCE: _nonce(lambda nonce: bytes(octet ^ 0xFF for octet in nonce)),
    Fault.NO_NONCE: _nonce(lambda _: None),
    Fault.TRUNCATED: lambda draft, _: draft._replace(is_cut=True),
    Fault.SIGNED_BY_AUTHORITY: _office(Office.AUTHORITY),
    Fault.SIGNER_WITHOUT_PURPOSE: _office(Office.WITHOUT_PURPOSE),
    Fault.SIGNER_OTHER_PURPOSE: _office(Office.OTHER_PURPOSE),
    Fault.SIGNER_EXPIRED: _office(Office.EXPIRED),
    Fault.SIGNER_NOT_YET: _office(Office.NOT_YET),
    Fault.SIGNER_REVOKED: _office(Office.REVOKED),
    Fault.SIGNER_OMITTED: lambda draft, _: draft._replace(certificates=()),
    Fault.OTHER_GENERATION: other_generation,
    Fault.WRONG_NAME_HASH: _every(_wrong_hash("issuer_name_hash")),
    Fault.WRONG_KEY_HASH: _every(_wrong_hash("issuer_key_hash")),
    Fault.WRONG_ISSUER: _every(wrong_issuer),
    Fault.TWIN_HASH: twin_hash,
    Fault.RESPONDER_BY_NAME: lambda draft, _: draft._replace(responder_id=draft.delegate.name),
    Fault.RESPONDER_BY_KEY: lambda draft, _: draft._replace(responder_id=draft.delegate.key_hash),
    Fault.WRONG_RESPONDER_NAME: wrong_responder_name,
    Fault.WRONG_RESPONDER_KEY: wrong_responder_key,
    Fault.NO_THIS_UPDATE: _every(lambda single, _: single._replace(this_update=None)),
    Fault.NO_NEXT_UPDATE: _every(lambda single, _: single._replace(next_update=None)),
    Fault.NO_PRODUCED_AT: lambda draft, _: draft._replace(produced_at=None),
    Fault.OLD_THIS_UPDATE: _every(
        lambda single, setting: single._replace(this_update=_second(setting.now - setting.shift))
    ),
    Fault.FAR_NEXT_UPDATE: _every(
        lambda single, setting: single._replace(next_update=_second(setting.now + setting.shift))
    ),
    Fault.UPDATES_SWAPPED: _every(
        lambda single, _: single._replace(this_update=single.next_update, next_update=single.this_update)
    ),
    Fault.PRODUCED_PAST: lambda draft, setting: draft._replace(produced_at=_second(setting.now - setting.shift)),
    Fault.PRODUCED_FUTURE: lambda draft, setting: draft._replace(produced_at=_second(setting.now + setting.shift)),
    Fault.SAYS_GOOD: _every(lambda single, _: single._replace(status=der.GOOD)),
    Fault.SAYS_UNKNOWN: _every(lambda single, _: single._replace(status=der.UNKNOWN)),
    Fault.SAYS_REVOKED: _revoked(None),
    Fault.REVOKED_UNSPECIFIED: _revoked(0),
    Fault.REVOKED_KEY_COMPROMISE: _revoked(1),
    Fault.REVOKED_CA_COMPROMISE: _revoked(2),
    Fault.REVOKED_AFFILIATION_CHANGED: _revoked(3),
    Fault.REVOKED_SUPERSEDED: _revoked(4),
    Fault.REVOKED_CESSATION: _revoked(5),
    Fault.REVOKED_HOLD: _revoked(6),
    Fault.REVOKED_UNKNOWN_REASON: _revoked(7),
    Fault.REVOKED_REMOVE_FROM_CRL: _revoked(8),
    Fault.REVOKED_PRIVILEGE_WITHDRAWN: _revoked(9),
    Fault.REVOKED_AA_COMPROMISE: _revoked(10),
    Fault.REVOKED_LATER: _every(
        lambda single, setting: single._replace(status=der.revoked(_second(setting.now + setting.shift), HOLD))
    ),
    Fault.NEVER_ISSUED_GOOD: _every(_where_unknown(der.GOOD)),
    Fault.NEVER_ISSUED_REVOKED: never_issued_revoked,
    Fault.OCSP_MALFORMED_REQUEST: _error(1),
    Fault.OCSP_INTERNAL_ERROR: _error(2),
    Fault.OCSP_STATUS_4: _error(4),
    Fault.OCSP_SIG_REQUIRED: _error(5),
    Fault.OCSP_UNAUTHORIZED: _error(6),
    Fault.OCSP_STATUS_7: _error(7),
    Fault.SUCCESSFUL_WITHOUT_BYTES: _error(0),
    Fault.MALFORMED_REQUEST_WITH_BYTES: _beside(1),
    Fault.INTERNAL_ERROR_WITH_BYTES: _beside(2),
    Fault.TRY_LATER_WITH_BYTES: _beside(3),
    Fault.SIG_REQUIRED_WITH_BYTES: _beside(5),
    Fault.UNAUTHORIZED_WITH_BYTES: _beside(6),
    Fault.WRONG_TYPE: lambda draft, _: draft._replace(response_type=NOBODY_KNOWS),
    Fault.SHORT_NONCE: _nonce(lambda nonce: nonce[: len(nonce) // 2]),
    Fault.LONG_NONCE: _nonce(lambda nonce: nonce + b"\x00"),
    Fault.OVERLONG_NONCE: _nonce(lambda nonce: nonce.ljust(LONGEST_NONCE + 1, b"\x00")),
    Fault.EMPTY_NONCE: _nonce(lambda _: b""),
    Fault.RAW_NONCE: raw_nonce,
    Fault.NONCE_IN_SINGLE: nonce_in_single,
    Fault.UNSOLICITED_NONCE: unsolicited_nonce,
    Fault.EXTRA_SINGLE: extra_single,
    Fault.EXTRA_SINGLE_FIRST: extra_single_first,
    Fault.TWIN_SINGLES: twin_singles,
    Fault.MISSING_SINGLE: missing_single,
    Fault.CONTRADICTION: contradiction,
    Fault.SHA1_SIGNATURE: lambda draft, _: draft._replace(digest="sha1"),
    Fault.WRONG_ALGORITHM: wrong_algorithm,
    Fault.BAD_SIGNATURE: lambda draft, _: draft._replace(is_flipped=True),
    Fault.CRITICAL_EXTENSION: lambda draft, _: draft._replace(extensions=draft.extensions + _extension(critical=True)),
    Fault.UNCRITICAL_EXTENSION: lambda draft, _: draft._replace(
        extensions=draft.extensions + _extension(critical=False)
    ),
    Fault.CRITICAL_SINGLE_EXTENSION: _every(
        lambda single, _: single._replace(extensions=single.extensions + _extension(critical=True))
    ),
    Fault.TRAILING_OCTETS: lambda draft, _: draft._replace(tail=b"\x05\x00"),
}
TELL_NOTHING = frozenset(
    (
        Fault.TRY_LATER,
        Fault.OCSP_MALFORMED_REQUEST,
        Fault.OCSP_INTERNAL_ERROR,
        Fault.OCSP_STATUS_4,
        Fault.OCSP_SIG_REQUIRED,
        Fault.OCSP_UNAUTHORIZED,
        Fault.OCSP_STATUS_7,
        Fault.SUCCESSFUL_WITHOUT_BYTES,
    )
)
"""Under these nothing of the register leaves, so that nothing is published."""


def bend_of(fault: Fault, setting: Setting) -> Bend:
    """Return what makes a draft wrong in that one way."""
    return lambda draft: BENDS[fault](draft, setting)


def bend_of_all(ordered: Iterable[tuple[Fault, Setting]]) -> Bend:
    """Return what makes a draft wrong in each of these ways, one after the other."""
    bends = [bend_of(fault, setting) for fault, setting in ordered]

    def bend(draft: Draft) -> Draft:
        for each in bends:
            draft = each(draft)
        return draft

    return bend

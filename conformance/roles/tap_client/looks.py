"""What is looked at in the trace and the answer of a run: one small function for each rule of a case."""

import base64
from math import floor

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.trace import Event
from conformance.check import Check
from conformance.roles.card.data import public_key
from conformance.roles.tap_client.case import TapCase, TapRule
from conformance.roles.tap_client.seen import HEADER, PINS, VERIFY, Seen, is_over

READ, SIGN = 0xB0, 0x2A
DIGEST_INFO_LENGTH = 51
BY_SHORT_IDENTIFIER, ITS_BITS_CLEAR = 0x80, 0x60
BIRTH_DATE = (bytes.fromhex("D3921000310001010402"), 0x0011)
"""Where the birth date is verified (spec/card.md §2.3)."""


def judged(case: TapCase, seen: Seen) -> list[Check]:
    """Return a check for everything that the judged run has to show."""
    expect, said = case.expect, seen.said
    reasons = " or ".join(reason.value for reason in expect.reason)
    checks = [Check("reason", reasons, said.reason.value, said.reason in expect.reason)]
    if expect.tries_left is not None:
        left = "unsaid" if said.tries_left is msgspec.UNSET else str(said.tries_left)
        checks.append(Check("tries left", str(expect.tries_left), left, left == str(expect.tries_left)))
    if expect.presented is not None:
        number = len(seen.presented)
        checks.append(Check("values presented", str(expect.presented), str(number), number == expect.presented))
    return [*checks, *(_look(rule, seen) for rule in expect.rules)]


def _look(rule: TapRule, seen: Seen) -> Check:
    expected, actual, held = LOOKS[rule](seen)
    return Check(rule.value, expected, actual, held)


Found = tuple[str, str, bool]


def _no_verify(seen: Seen) -> Found:
    number = sum(each.command[1] == VERIFY for each in seen.commands)
    return "no VERIFY", str(number), number == 0


def _no_pin(seen: Seen) -> Found:
    number = sum((each.aid, each.fid) != BIRTH_DATE for each in seen.presented)
    return "no PIN", str(number), number == 0


def _no_command(seen: Seen) -> Found:
    return "nothing sent", str(len(seen.commands)), not seen.commands


def _query_first(seen: Seen) -> Found:
    kinds = [len(each.command) > HEADER for each in seen.commands if each.command[1] == VERIFY]
    held = True in kinds and not kinds[0]
    return "a query, then the PIN", " ".join("PIN" if kind else "query" for kind in kinds), held


def _certificate_same(seen: Seen) -> Found:
    got = _data(seen, "certificate")
    wanted = seen.on_reader.certificate
    return f"{len(wanted)} bytes", f"{len(got)} bytes", got == wanted


def _signature_holds(seen: Seen) -> Found:
    key = x509.load_der_x509_certificate(seen.on_reader.certificate).public_key()
    return _verified(key if isinstance(key, RSAPublicKey) else None, _data(seen, "signature"), seen.challenge)


def _proof_holds(seen: Seen) -> Found:
    chip = msgspec.UNSET if seen.said.data is msgspec.UNSET else seen.said.data.chip
    if chip is msgspec.UNSET:
        return "a proof", "none", False
    try:
        return _verified(public_key(chip.birth_record), chip.signature, seen.challenge)
    except ValueError as fault:
        return "a proof", str(fault)[:120], False


def _attributes_same(seen: Seen) -> Found:
    resident = seen.on_reader.resident
    wanted = {
        "name": resident.name,
        "address": resident.address,
        "birth_date": f"{resident.birth_date:%Y%m%d}",
        "sex": resident.sex,
    }
    got = {} if seen.said.data is msgspec.UNSET else seen.said.data.attributes
    wrong = [name for name, value in wanted.items() if got is msgspec.UNSET or got.get(name) != value]
    return "the holder's", f"other: {', '.join(wrong)}" if wrong else "the holder's", not wrong


def _nothing_given(seen: Seen) -> Found:
    given = seen.said.data is not msgspec.UNSET
    return "no data", "some" if given else "none", not given


def _told_both(seen: Seen) -> Found:
    missing = [language for language in ("ja", "en") if not seen.said.told.get(language, "").strip()]
    return "ja and en", f"without {', '.join(missing)}" if missing else "both", not missing


def _no_secret(seen: Seen) -> Found:
    text = msgspec.json.encode(msgspec.structs.replace(seen.said, data=msgspec.UNSET)).decode()
    found = [typed.value for typed in seen.do.typed if PINS[typed] in text]
    return "nothing that was typed", ", ".join(found) or "nothing", not found


def _nothing_written(seen: Seen) -> Found:
    described = "; ".join(f"{each.place.value}: {each.described}" for each in seen.written)
    return "nothing of holder or PIN", described or "nothing", not seen.written


def _session_ended(seen: Seen) -> Found:
    ended = is_over(seen.lines)
    return "reset, power off or another application", "so" if ended else "left as it was", ended


def _digest_info(seen: Seen) -> Found:
    lengths = [each.command[4] for each in seen.commands if each.command[1] == SIGN]
    return f"{DIGEST_INFO_LENGTH} bytes", ", ".join(map(str, lengths)), lengths == [DIGEST_INFO_LENGTH]


def _signed_or_nothing(seen: Seen) -> Found:
    if seen.said.data is msgspec.UNSET:
        return "a signature that verifies, or no data", "no data", True
    certificate, signature = _certificate_same(seen), _signature_holds(seen)
    worse = signature if certificate[2] else certificate
    return "a signature that verifies, or no data", worse[1], certificate[2] and signature[2]


def _other_untouched(seen: Seen) -> Found:
    number = sum(line.event in (Event.COMMAND, Event.TORN) for line in seen.other)
    return "nothing sent to the other card", str(number), number == 0


def _limit_kept(seen: Seen) -> Found:
    """As each answer takes so long, no machine is too slow to keep it."""
    trouble = seen.do.trouble
    most = 0 if trouble is None else floor(seen.do.seconds / trouble.seconds) + 2
    return f"{most} commands at most", str(len(seen.commands)), len(seen.commands) <= most


def _offsets(seen: Seen) -> Found:
    wrong = [
        each.command[:5].hex().upper()
        for each in seen.commands
        if each.command[1] == READ and each.command[2] & BY_SHORT_IDENTIFIER and each.command[2] & ITS_BITS_CLEAR
    ]
    return "b7 and b6 of P1 clear beside a short identifier", ", ".join(wrong) or "so", not wrong


def _party_signed(seen: Seen) -> Found:
    told = [] if seen.party is None else seen.party.told
    if seen.party is None or len(told) != 1:
        return "one presentation", str(len(told)), False
    try:
        presented = told[0]["presentation"]
        certificate, signature = (base64.b64decode(presented[name]) for name in ("certificate", "signature"))
    except (LookupError, TypeError, ValueError) as fault:
        return "certificate and signature", f"not: {fault!r}", False
    if certificate != seen.on_reader.certificate:
        return "the card's certificate", f"another of {len(certificate)} bytes", False
    key = x509.load_der_x509_certificate(certificate).public_key()
    return _verified(key if isinstance(key, RSAPublicKey) else None, signature, seen.party.challenge)


def _party_untold(seen: Seen) -> Found:
    told = 0 if seen.party is None else len(seen.party.told)
    return "no presentation", str(told), told == 0


def _data(seen: Seen, name: str) -> bytes:
    value = msgspec.UNSET if seen.said.data is msgspec.UNSET else getattr(seen.said.data, name)
    return value if isinstance(value, bytes) else b""


def _verified(key: RSAPublicKey | None, signature: bytes, challenge: bytes) -> Found:
    wanted = "a signature over the challenge that verifies"
    try:
        if key is None:
            return wanted, "no RSA key", False
        key.verify(signature, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        return wanted, f"{len(signature)} bytes that do not", False
    return wanted, "it does", True


LOOKS = {
    TapRule.NO_VERIFY: _no_verify,
    TapRule.NO_PIN: _no_pin,
    TapRule.NO_COMMAND: _no_command,
    TapRule.QUERY_FIRST: _query_first,
    TapRule.CERTIFICATE_SAME: _certificate_same,
    TapRule.SIGNATURE_HOLDS: _signature_holds,
    TapRule.PROOF_HOLDS: _proof_holds,
    TapRule.ATTRIBUTES_SAME: _attributes_same,
    TapRule.NOTHING_GIVEN: _nothing_given,
    TapRule.TOLD_BOTH: _told_both,
    TapRule.NO_SECRET: _no_secret,
    TapRule.NOTHING_WRITTEN: _nothing_written,
    TapRule.SESSION_ENDED: _session_ended,
    TapRule.DIGEST_INFO: _digest_info,
    TapRule.SIGNED_OR_NOTHING: _signed_or_nothing,
    TapRule.OTHER_UNTOUCHED: _other_untouched,
    TapRule.LIMIT_KEPT: _limit_kept,
    TapRule.OFFSETS: _offsets,
    TapRule.PARTY_SIGNED: _party_signed,
    TapRule.PARTY_UNTOLD: _party_untold,
}

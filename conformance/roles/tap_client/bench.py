"""The bench of the role tap-client: lays a card, has the product run, and judges by the card's trace."""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from cardsim.slot import Tear
from cardsim.trace import Event, TraceLine, decode
from conformance.check import Check
from conformance.roles.card.data import public_key
from conformance.roles.role_run import Played, TargetFault
from conformance.roles.tap_client.case import Do, TapCase, TapRule, Typed, Where
from conformance.roles.tap_client.laid import Cards, OnReader
from conformance.roles.tap_client.readers import Reader, standing
from harness.contract.client import TapClient
from harness.contract.faults import AdapterFault, TimedOut
from harness.contract.tap_messages import Ran, Run, TapFunction

NAMES = {Where.OURS: "Kazashi In-process Reader 00 00", Where.FOREIGN: "Acme CardStation 00 00"}
MISSING = "Kazashi Reader that is not there 00 00"
PINS = {Typed.RIGHT: "1234", Typed.WRONG: "4321", Typed.SHORT: "123", Typed.LONG: "12345"}
WRONG_BIRTH_DATE = "1911-11-11"
VERIFY, SELECT, SIGN = 0x20, 0xA4, 0x2A
HEADER, DIGEST_INFO_LENGTH = 5, 51
CHALLENGE = 32
BIRTH_DATE = (bytes.fromhex("D3921000310001010402"), 0x0011)
"""Where the birth date is verified (spec/card.md §2.3)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One run: what lay there, what the product said, and the lines of the trace."""

    do: Do
    on_reader: OnReader
    challenge: bytes
    said: Ran
    lines: tuple[TraceLine, ...]

    @property
    def commands(self) -> list[TraceLine]:
        """The commands that reached the card, torn ones too."""
        return [line for line in self.lines if line.event in (Event.COMMAND, Event.TORN)]

    @property
    def presented(self) -> list[TraceLine]:
        """Every VERIFY with a value."""
        return [each for each in self.commands if each.command[1] == VERIFY and len(each.command) > HEADER]


class Desk(Protocol):
    """Where cards are laid for the product."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be done there: `torn`, `emulated`."""

    def lay(self, do: Do) -> AbstractContextManager[tuple[str, OnReader]]:
        """Offer the reader's name and what lies there; the trace is whole at the end of the block."""


class InProcessDesk:
    """Readers of this process."""

    capabilities = frozenset(("torn", "emulated"))

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    @contextmanager
    def lay(self, do: Do) -> Iterator[tuple[str, OnReader]]:
        """Yield the name that the product is told, and the card."""
        on_reader = self._cards.laid(do.card)
        if do.reader is Where.MISSING:
            yield MISSING, on_reader
            return
        tear = None if do.torn is None else (int(do.torn.at, 16), Tear(do.torn.when))
        reader = Reader(NAMES[do.reader], on_reader.card, tear)
        with standing(reader):
            yield reader.name, on_reader


class TapBench:
    """A product, and the desk where cards are laid for it."""

    def __init__(self, client: TapClient, desk: Desk) -> None:
        self._client, self._desk = client, desk
        said = client.hello()
        self.product = f"{said.product} {said.version}"
        self.capabilities = frozenset(each.value for each in said.capabilities) | desk.capabilities

    def play(self, case: TapCase) -> Played:
        """Return what came of a case."""
        checks: list[Check] = []
        transcript: list[str] = []
        trace: list[TraceLine] = []
        for number, do in enumerate(case.runs, start=1):
            try:
                seen = self._run(do)
            except AdapterFault as fault:
                raise TargetFault(str(fault), late=isinstance(fault, TimedOut)) from fault
            trace += seen.lines
            transcript += [f"{do.function.value}: {seen.said.reason.value}", *(decode(line) for line in seen.lines)]
            if number == len(case.runs):
                checks += _judged(case, seen)
        return Played(tuple(checks), "\n".join(transcript), tuple(trace))

    def _run(self, do: Do) -> Seen:
        challenge = secrets.token_bytes(CHALLENGE)
        needs_challenge = do.function in (TapFunction.SIGN_CHALLENGE, TapFunction.INTERNAL_AUTHENTICATION)
        with self._desk.lay(do) as (name, on_reader):
            birth_date = WRONG_BIRTH_DATE if do.wrong_birth_date else on_reader.birth_date.isoformat()
            said = self._client.run(
                Run(
                    function=do.function,
                    reader=name,
                    pins=[PINS[each] for each in do.typed],
                    challenge=challenge if needs_challenge else msgspec.UNSET,
                    birth_date=birth_date if do.function is TapFunction.INTERNAL_AUTHENTICATION else msgspec.UNSET,
                )
            )
        return Seen(do, on_reader, challenge, said, tuple(on_reader.trace))


def _judged(case: TapCase, seen: Seen) -> list[Check]:
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
    return "a query, then the PIN", " ".join("PIN" if kind else "query" for kind in kinds), kinds[:2] == [False, True]


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


def _session_ended(seen: Seen) -> Found:
    last = seen.lines[-1] if seen.lines else None
    ended = last is None or last.event in (Event.RESET, Event.POWER_OFF, Event.TORN) or last.command[1] == SELECT
    return "reset, power off or another application", "so" if ended else "left as it was", ended


def _digest_info(seen: Seen) -> Found:
    lengths = [each.command[4] for each in seen.commands if each.command[1] == SIGN]
    return f"{DIGEST_INFO_LENGTH} bytes", ", ".join(map(str, lengths)), lengths == [DIGEST_INFO_LENGTH]


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
    TapRule.SESSION_ENDED: _session_ended,
    TapRule.DIGEST_INFO: _digest_info,
}

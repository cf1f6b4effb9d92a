"""The bench of the role card: a case played on a card, behind the interlock.

A VERIFY goes to the card that `interlock` confirms and to no other; no value where it would be the last try, unless the
card is a fresh one that the case may block. Before a run each secret is proved once, with two tries to spare; after a
case with wrong values it is given again, which brings the counter back; where that fails nothing more is sent.
"""

import secrets
from dataclasses import dataclass, field

from cardsim.readers.inprocess import LEAVE_CARD, RESET_CARD, UNPOWER_CARD
from cardsim.trace import Event, TraceLine, mask_secrets
from conformance.check import Check
from conformance.roles.card.case import FRESH_CARD, WRONG_TRIES, AnswerToReset, CardCase, Power, Read, Send, Turn
from conformance.roles.card.data import data_checks, object_length
from conformance.roles.card.facts import REFERENCES, CardFacts
from conformance.roles.card.interlock import Interlock
from conformance.roles.card.script import Script, told
from conformance.roles.card.target import CardTarget, Line
from conformance.roles.role_run import Played, TargetFault
from harness.errors import ConfigurationError

WITH_SECRETS = (0x20, 0x24, 0x32)
"""VERIFY, CHANGE REFERENCE DATA, CHANGE KEY (spec/card.md §1.3)."""
QUERY = bytes.fromhex("00200080")
SPARE = 2
CHALLENGE = 32
BLOCK = 256
LONGEST_OBJECT = 65_536


class CardBench:
    """One reader, the card in it, and its secrets."""

    def __init__(self, target: CardTarget, facts: CardFacts, *, serial: str | None = None) -> None:
        self._target = target
        self.product = target.reader
        self._interlock = Interlock(
            target, facts.serial if serial is None else serial, has_secrets=bool(facts.secrets())
        )
        self._facts = facts if self._interlock.is_open else CardFacts()
        self._broken: str | None = None
        known = set(self._facts.secrets())
        for name in known:
            self._prove(name)
        self.capabilities = frozenset((*known, *self._more(known), "card"))

    def play(self, case: CardCase) -> Played:
        """Return what came of a case."""
        if self._broken is not None:
            raise TargetFault(self._broken)
        self._target.renew()
        play = _Play(
            self._target,
            self._facts,
            self._interlock,
            secrets.token_bytes(CHALLENGE),
            may_block=FRESH_CARD in case.capabilities,
        )
        try:
            play.run(case)
        except OSError as fault:
            raise TargetFault(f"{self._target.reader}: expected an answer, actual {fault}") from fault
        finally:
            play.end()
            if case.wrong_tries and not self._target.is_fresh:
                self._bring_back()
        return Played(tuple(play.checks), "\n".join(play.lines), tuple(play.trace))

    def _more(self, known: set[str]) -> list[str]:
        if not known:
            return []
        return [WRONG_TRIES, *([FRESH_CARD] if self._target.is_fresh else [])]

    def _bring_back(self) -> None:
        """Give each secret again; a card that does not take it is left alone from now on."""
        for name in self._facts.secrets():
            try:
                status = self._give(name)
            except (OSError, TargetFault) as fault:
                self._broken = str(fault)
                return
            if status != 0x9000:
                self._broken = (
                    f"{self._target.reader}: {name}: expected 9000 to the value given, actual {status:04X}; nothing "
                    "more was sent"
                )
                return

    def _prove(self, name: str) -> None:
        """Give a secret once, with tries to spare: a wrong one in the operator's file must cost no more than that."""
        place = REFERENCES[name]
        left = self._ask(place.application, place.file, QUERY.hex())[1] & 0x0F
        if left < SPARE:
            raise ConfigurationError(
                f"card in {self._target.reader!r}: {name}: expected {SPARE} tries left or more, actual {left}; "
                "nothing was sent"
            )
        status = self._give(name)
        if status != 0x9000:
            raise ConfigurationError(
                f"card in {self._target.reader!r}: {name}: expected 9000 to the value given, actual {status:04X}; "
                "correct it before anything else is tried"
            )

    def _give(self, name: str) -> int:
        place, value = REFERENCES[name], self._facts.secrets()[name].encode("ascii")
        return self._ask(place.application, place.file, f"00200080{len(value):02X}{value.hex()}")[1]

    def _ask(self, *commands: str) -> tuple[list[int], int]:
        """Return the last answer to commands that go to the card one after the other."""
        line = self._target.line()
        line.connect()
        try:
            self._interlock.confirm(line)
            answer: tuple[list[int], int] = [], 0
            for command in commands:
                data, sw1, sw2 = line.transmit(list(bytes.fromhex(command)))
                answer = data, sw1 << 8 | sw2
            return answer
        finally:
            line.disconnect()


@dataclass
class _Play:
    """A case on its way: the line, and what was seen."""

    target: CardTarget
    facts: CardFacts
    interlock: Interlock
    challenge: bytes
    may_block: bool
    checks: list[Check] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    trace: list[TraceLine] = field(default_factory=list)
    named: dict[str, bytes] = field(default_factory=dict)
    line: Line | None = None
    sent: list[bytes] = field(default_factory=list)
    """The commands of this session."""
    confirmed: bool = False
    """Whether the card of this session was looked at."""

    def run(self, case: CardCase) -> None:
        """Go through the steps; what does not hold before the last one ends the case."""
        script = Script.of(self.facts, self.challenge)
        self._turn(Power.CYCLE)
        for number, step in enumerate(case.steps, start=1):
            judged = number == len(case.steps)
            name = "answer" if judged else f"setup {number}"
            match step:
                case Turn(how=how):
                    self._turn(how)
                case AnswerToReset():
                    self.checks.append(_atr_check(bytes(self._line().getATR())))
                case Send():
                    self._send(step, script, name)
                case Read():
                    self._read(step, name)
            if not judged and not all(check.held for check in self.checks):
                return

    def end(self) -> None:
        """Take the power away."""
        self._leave(UNPOWER_CARD)

    def _line(self) -> Line:
        if self.line is None:
            raise TargetFault("expected a card with power, actual none")
        return self.line

    def _turn(self, how: Power) -> None:
        """Do to the power what a second connection's disposition says: the first one leaves the card as it is."""
        self._leave(RESET_CARD if how is Power.RESET else UNPOWER_CARD)
        self.line = self.target.line()
        self.line.connect(disposition=LEAVE_CARD)
        self.sent, self.confirmed = [], False
        self._note(Event.RESET if how is Power.RESET else Event.POWER_ON)
        self.lines.append(f"-- {how.value}, ATR {bytes(self.line.getATR()).hex().upper()}")

    def _leave(self, disposition: int) -> None:
        if self.line is not None:
            self.line.disconnect()
            self.line = None
        other = self.target.line()
        other.connect(disposition=disposition)
        other.disconnect()

    def _send(self, step: Send, script: Script, name: str) -> None:
        apdu = script.filled(step)
        if script.spends(apdu) or (script.presents(apdu) and not self.target.is_fresh):
            self._require_spare(apdu[:4])
        data, status = self._transmit(apdu)
        self._look(step, name, data, status)

    def _read(self, step: Read, name: str) -> None:
        self._transmit(bytes.fromhex(f"00A4020C02{step.file}"))
        content, status = self._transmit(bytes.fromhex("00B0000000"))
        try:
            while status == 0x9000 and len(content) < min(object_length(content), LONGEST_OBJECT):
                block, status = self._transmit(b"\x00\xb0" + len(content).to_bytes(2, "big") + b"\x00")
                content += block
                if not block:
                    break
            content = content[: object_length(content)] if status == 0x9000 else content
        except ValueError as fault:
            self.lines.append(str(fault))
        self._look(step, name, content, status)

    def _look(self, step: Send | Read, name: str, data: bytes, status: int) -> None:
        actual = f"{status:04X}"
        held = any(all(want in ("x", got) for want, got in zip(sw, actual, strict=True)) for sw in step.sw)
        self.checks.append(Check(name, " or ".join(step.sw), actual, held))
        if step.name is not None:
            self.named[step.name] = data
        if held and step.data is not None:
            self.checks += data_checks(step.data, data, self.named, self.challenge)

    def _require_spare(self, query: bytes) -> None:
        """Never the last try of a card that is not the case's own."""
        _, status = self._transmit(query)
        if not self.may_block and (status & 0xFFF0 != 0x63C0 or status & 0x0F < SPARE):
            raise TargetFault(f"expected 63Cx with {SPARE} tries left or more, actual {status:04X}: no value was sent")

    def _transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if apdu[1] in WITH_SECRETS and not self.confirmed:
            self.interlock.confirm(self._line(), self.sent)
            self.confirmed = True
        self.sent.append(apdu)
        data, sw1, sw2 = self._line().transmit(list(apdu))
        self.lines += [f"> {told(apdu)}", f"< {bytes(data).hex().upper()} {sw1:02X}{sw2:02X}".replace("<  ", "< ")]
        status = sw1 << 8 | sw2
        self._note(Event.COMMAND, mask_secrets(apdu), bytes(data), status)
        return bytes(data), status

    def _note(self, event: Event, command: bytes = b"", answer: bytes = b"", status: int = 0) -> None:
        self.trace.append(TraceLine(len(self.trace) + 1, event, command, answer, status))


def _atr_check(atr: bytes) -> Check:
    """ISO/IEC 7816-3 §8: TS 3B, interface bytes as announced, historical bytes counted, TCK unless T=0 alone."""
    wanted = "3B, as many bytes as it announces, and a check byte that fits"
    if len(atr) < 2 or atr[0] != 0x3B:
        return Check("atr", wanted, atr.hex().upper() or "none", held=False)
    at, follows, protocols = 2, atr[1] >> 4, []
    while follows:
        at += (follows & 0b0111).bit_count()
        if not follows & 0b1000:
            break
        if at >= len(atr):
            return Check("atr", wanted, f"{atr.hex().upper()}: it ends too soon", held=False)
        protocols.append(atr[at] & 0x0F)
        follows, at = atr[at] >> 4, at + 1
    checked = any(protocol != 0 for protocol in protocols)
    length = at + (atr[1] & 0x0F) + checked
    fits = 0
    for octet in atr[1:]:
        fits ^= octet
    held = len(atr) == length and (not checked or fits == 0)
    return Check("atr", wanted, atr.hex().upper(), held)

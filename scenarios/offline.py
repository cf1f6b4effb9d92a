"""A terminal that has no line: it notes taps, lets people through, and has them judged when the line is back.

What it knows is what it kept from better times: who is enrolled, and the birth date that opens each chip's record. It
draws challenges of its own, and its clock may be wrong; what it notes is a record of contract 1.0 (`reconcile`).
"""

import secrets
from contextlib import ExitStack
from datetime import UTC, timedelta

from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.faults import AdapterFault
from harness.contract.messages import OfflineRecord, Outcome, Presentation, Reconcile
from harness.contract.vocabulary import CHALLENGE_LENGTH, Capability, Environment, Kind
from harness.terminal.card_reader import CardFault
from scenarios.page import Archetype
from scenarios.resident import Resident
from scenarios.stage import Stage
from scenarios.story import NOTHING, Words
from scenarios.telling import Seen, Telling
from scenarios.terminal import Slot
from scenarios.verdict import Verdict


class Record:
    """A tap that was taken without asking anybody."""

    def __init__(self, noted: OfflineRecord, holder: Resident, stage: Stage, telling: Telling) -> None:
        self.noted, self.holder = noted, holder
        self.outcome: Outcome | None = None
        self._stage, self._telling = stage, telling

    def came_out(self) -> Verdict:
        """Return what the product decided of it, when it was uploaded last."""
        self._telling.settle()
        self._telling.say(Words(f"of {self.noted.id}:", f"{self.noted.id}について:"))
        if self.outcome is None:
            never = Words("expected an outcome, actual none: not uploaded yet", "期待: 判定、実際: 未送信")
            self._telling.break_off(never)
        seen = Seen(self.outcome, (), (), Kind.AUTH, self._stage.world.clock.epoch)
        return Verdict(self._telling, seen, self._stage.product.capabilities)


class OfflineTerminal:
    """The terminal, and the taps that it has not yet uploaded."""

    def __init__(self, name: str, stage: Stage, telling: Telling) -> None:
        self._name, self._stage, self._telling = name, stage, telling
        self._kept: list[Record] = []
        self._noted = 0
        if Capability.RECONCILE not in stage.product.capabilities:
            telling.skip("the product offers no reconcile")

    def takes_a_tap_of(self, resident: Resident, *, clock_wrong_by: timedelta = timedelta()) -> Record:
        """Note a tap; `clock_wrong_by` is how far the terminal's clock is from everybody else's."""
        self._telling.settle()
        wrong = NOTHING
        if clock_wrong_by:
            wrong = Words(f", whose clock is wrong by {clock_wrong_by}", f"（端末の時計は{clock_wrong_by}ずれ）")
        words = Words("the resident taps at a terminal without a line", "通信できない端末に利用者がかざす")
        self._telling.say(words + wrong)
        taken = (self._stage.world.clock.now() + clock_wrong_by).astimezone(UTC)
        self._noted += 1
        noted = OfflineRecord(
            id=f"{self._name}-tap-{self._noted}",
            service=SERVICE,
            environment=Environment.ATTENDED,
            taken=f"{taken:%Y-%m-%dT%H:%M:%SZ}",
            presentation=self._presentation(resident),
        )
        record = Record(noted, resident, self._stage, self._telling)
        self._kept.append(record)
        return record

    def notes_again(self, record: Record) -> None:
        """Keep a record that was uploaded before, as after an answer that never came."""
        self._kept.append(record)

    def uploads(self) -> None:
        """The line is back: the product judges what was noted; what it cannot judge yet stays here."""
        self._telling.settle()
        self._telling.say(Words(f"the terminal uploads {len(self._kept)} taps", f"端末が{len(self._kept)}件を送信する"))
        asked = Reconcile(terminal=TERMINAL, records=[record.noted for record in self._kept])
        try:
            outcomes = self._stage.client.reconcile(asked)
        except AdapterFault as fault:
            self._telling.break_off(Words(str(fault), str(fault)), cause=fault)
        for record in self._kept:
            record.outcome = outcomes[record.noted.id]
            self._telling.decided(Archetype.SERIAL_TAP, record.outcome.decision.value)
        self._kept = [record for record in self._kept if record.outcome and record.outcome.decision.value == "retry"]

    def _presentation(self, resident: Resident) -> Presentation:
        challenge = secrets.token_bytes(CHALLENGE_LENGTH)
        try:
            with ExitStack() as held:
                card = Slot(held).put_in(resident.card)
                certificate = card.authentication_certificate()
                chip = card.prove_chip(resident.birth_date, challenge)
        except CardFault as fault:
            self._telling.break_off(Words(str(fault), str(fault)), cause=fault)
        return Presentation(challenge=challenge, certificate=certificate, chip=chip)

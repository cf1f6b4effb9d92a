"""A Hypothesis state machine: the card in its slot against the model of the PIN table, through bytes alone."""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cardsim.faults import CardTorn
from cardsim.profile import Profile
from cardsim.slot import InsertedCard, Tear
from cardsim.state import Kept
from tests.cardsim.pin_model import (
    BIRTH,
    CODE_B,
    COMMON,
    DOMAIN,
    JPKI,
    JUKI,
    KEY,
    NUMBER,
    OPENED_BY,
    REFERENCE_DATA,
    RIDES,
    TEXT,
    VISUAL,
    PinModel,
    rows,
)
from tests.cardsim.torn import Moment, PowerLost, TornMemory

NAMES = list(rows(shared=False))
WITH_VALUE = [name for name, row in rows(shared=False).items() if row.value]
CHANGEABLE = [name for name, row in rows(shared=False).items() if row.changed_by]
VALUES = [
    b"1234", b"4321", b"9999", b"ABC123", b"abc123", b"ABC124", BIRTH, b"550218", NUMBER, NUMBER[:-1] + b"2", CODE_B,
    CODE_B[:-1] + b"6", bytes(range(0x10, 0x20)), b"1", b"12345", b"123", b"\x00" * 16, b"1" * 17, b"1234\x00",
    b"A" * 16,
]  # fmt: skip
"""Right ones, wrong ones, others' right ones, odd lengths, and values that could be taken for a right one."""
NEVER_TORN = 10**9
TELLING = {0x20, 0x24, 0x32, 0xA4, 0xE6, 0xE4, 0xE0, 0xD6, 0x30, 0x34}
"""Instructions of which the model would have to know: noise leaves them out."""


class PinMachine(RuleBasedStateMachine):
    """The card, and beside it the model; every answer must be the model's."""

    profile: ClassVar[Profile]
    kept: ClassVar[Kept]
    """What the card keeps where each run begins."""
    shared: ClassVar[bool] = False
    """Whether its 照合番号 have one counter for two applications."""
    certificate: ClassVar[bytes]
    """Bytes that stand in the signature certificate and nowhere else."""

    @initialize()
    def begin(self) -> None:
        """The unused card again, powered."""
        self.model = PinModel(shared=self.shared)
        self.insert(self.kept)

    def insert(self, kept: Kept, write: int = NEVER_TORN, moment: Moment = Moment.BEFORE) -> None:
        """The card with what it kept, in a slot whose power goes at that write."""
        self.store = TornMemory(kept, write, moment)
        self.inserted = InsertedCard(self.profile, self.store)
        self.inserted.power_on()

    def ask(self, command: str) -> str:
        """The status word; a refusal leaves the very state, and no certificate comes out without its PIN."""
        before = self.inserted._state
        answer = self.inserted.transmit(bytes.fromhex(command))
        if self.certificate in answer:
            assert self.model.may_sign("sign"), "the signature certificate was read without its PIN"
        self.data = answer[:-2]
        sw = answer[-2:].hex().upper()
        assert sw == "9000" or sw.startswith("63C") or self.inserted._state is before, f"{command} changed the state"
        return sw

    def verify_command(self, name: str, value: bytes) -> str:
        """VERIFY by short identifier."""
        return f"002000{0x80 | self.model.references[name].fid:02X}{len(value):02X}{value.hex()}"

    def change_command(self, name: str, value: bytes, by: str) -> str:
        """CHANGE REFERENCE DATA or CHANGE KEY by short identifier."""
        head = {REFERENCE_DATA: "002401", KEY: "803200"}[by]
        return f"{head}{0x80 | self.model.references[name].fid:02X}{len(value):02X}{value.hex()}"

    @rule(aid=st.sampled_from([JPKI, TEXT, VISUAL, COMMON, JUKI, RIDES, DOMAIN, "A000000001", "F04B415A4153484999"]))
    def select(self, aid: str) -> None:
        """An application, present or absent, becomes current or not."""
        assert self.ask(f"00A4040C{len(aid) // 2:02X}{aid}") == self.model.select(aid)

    @rule(name=st.sampled_from(NAMES), value=st.sampled_from(VALUES))
    def verify(self, name: str, value: bytes) -> None:
        """Any value against any reference of the current application."""
        if self.model.here(name):
            assert self.ask(self.verify_command(name, value)) == self.model.verify(name, value)

    @rule(name=st.sampled_from(WITH_VALUE))
    def enter(self, name: str) -> None:
        """The right value, in its application: else the interesting states are rare."""
        self.select(self.model.references[name].aid)
        self.verify(name, self.model.references[name].value)

    @rule(name=st.sampled_from(WITH_VALUE))
    def enter_selected(self, name: str) -> None:
        """The same with the file selected before, as most clients do."""
        row = self.model.references[name]
        self.select(row.aid)
        assert self.ask(f"00A4020C02{row.fid:04X}") == "9000"
        command = f"00200080{len(row.value):02X}{row.value.hex()}"
        assert self.ask(command) == self.model.verify(name, row.value)

    @rule(name=st.sampled_from(WITH_VALUE), times=st.integers(1, 11))
    def mistype(self, name: str, times: int) -> None:
        """A wrong value of the right length, some times: up to the last try and beyond."""
        self.select(self.model.references[name].aid)
        row = self.model.references[name]
        for _ in range(times):
            self.verify(name, bytes([row.value[0] ^ 1]) + row.value[1:])

    @rule(
        name=st.sampled_from(WITH_VALUE), bend=st.sampled_from(["longer", "shorter", "other case", "filled", "ended"])
    )
    def almost(self, name: str, bend: str) -> None:
        """A value that is nearly right: one byte more or less, small letters, filled up with zeros or FF."""
        self.select(self.model.references[name].aid)
        right = self.model.references[name].value
        bent = {
            "longer": right + b"0", "shorter": right[:-1], "other case": right.swapcase(), "filled": right + b"\xff",
            "ended": right + b"\x00",
        }  # fmt: skip
        self.verify(name, bent[bend])

    @rule(name=st.sampled_from(WITH_VALUE), digit=st.sampled_from(b"0123456789"))
    def change_rightly(self, name: str, digit: int) -> None:
        """The holder types the old value and chooses a new one of the same length, even where none can be chosen."""
        self.enter(name)
        row = self.model.references[name]
        self.change(name, bytes([digit]) * len(row.value), row.changed_by or REFERENCE_DATA)

    @rule(name=st.sampled_from(CHANGEABLE), value=st.sampled_from(VALUES))
    def change_to(self, name: str, value: bytes) -> None:
        """The holder types the old value and chooses a new one of any shape."""
        self.enter(name)
        self.change(name, value, self.model.references[name].changed_by)

    @rule(name=st.sampled_from(NAMES), value=st.sampled_from(VALUES), by=st.sampled_from([REFERENCE_DATA, KEY]))
    def change(self, name: str, value: bytes, by: str) -> None:
        """A new value of any shape for any reference of the current application, by either command."""
        if self.model.here(name):
            assert self.ask(self.change_command(name, value, by)) == self.model.change(name, value, by)

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """A file opens for its references and nothing else."""
        if self.model.aid in OPENED_BY:
            fid = data.draw(st.sampled_from(sorted(OPENED_BY[self.model.aid])))
            assert self.ask(f"00B0{0x80 | fid:02X}0000") == ("9000" if self.model.reads(fid) else "6982")
            if (self.model.aid, fid) == (JPKI, 0x01):
                assert (self.certificate in self.data) == self.model.may_sign("sign")

    @rule(name=st.sampled_from(["auth", "sign"]))
    def sign(self, name: str) -> None:
        """A key signs after its own PIN; after the other one it does not."""
        if self.model.aid == JPKI:
            key = {"auth": 0x97, "sign": 0x9A}[name]
            assert self.ask(f"802A00{key:02X}01AA00") == ("9000" if self.model.may_sign(name) else "6982")
            assert len(self.data) == (256 if self.model.may_sign(name) else 0)

    @rule(by_name=st.booleans())
    def sign_without_pin(self, *, by_name: bool) -> None:
        """Keys 0013 and 001A want no PIN, whatever is verified or blocked (§2.2, §2.3); the others have no default."""
        key = {TEXT: 0x93, VISUAL: 0x9A}.get(self.model.aid)
        if key is not None:
            assert self.ask(f"802A00{key if by_name else 0:02X}01AA00") == "9000"
            assert len(self.data) == 256
        elif self.model.aid == JPKI:
            assert self.ask("802A000001AA00") == "6A86"

    @precondition(lambda self: self.model.aid == RIDES)
    @rule(amount=st.integers(1, 9))
    def ride(self, amount: int) -> None:
        """Points go down."""
        assert self.ask(f"8030008304{amount:08X}") == self.model.ride(amount)

    @precondition(lambda self: self.model.aid == RIDES)
    @rule(amount=st.sampled_from([1, 3, 990, 1000]))
    def reward(self, amount: int) -> None:
        """Points go up."""
        assert self.ask(f"8034008304{amount:08X}") == self.model.reward(amount)

    @rule(how=st.sampled_from(["reset", "power on", "off and on"]), again=st.booleans())
    def restart(self, how: str, *, again: bool) -> None:
        """Warm, cold, and out of the field; and back in the application where it was."""
        aid = self.model.aid
        if how == "reset":
            self.inserted.reset()
        else:
            if how == "off and on":
                self.inserted.power_off()
            self.inserted.power_on()
        self.model.restart()
        if again and aid:
            self.select(aid)

    @rule(
        name=st.sampled_from(WITH_VALUE), right=st.booleans(), write=st.sampled_from([1, 2]),
        moment=st.sampled_from([Moment.BEFORE, Moment.AFTER]),
    )  # fmt: skip
    def lose_power_in_a_verify(self, name: str, *, right: bool, write: int, moment: Moment) -> None:
        """The power goes at a write of a VERIFY: as many tries are left as the writes say that were completed."""
        row = self.model.references[name]
        value = row.value if right else bytes([row.value[0] ^ 1]) + row.value[1:]
        self.insert(self.inserted.kept, write, moment)
        self.model.restart()
        self.select(row.aid)
        writes = self.model.verify_writes(name, value)
        try:
            assert self.ask(self.verify_command(name, value)) == self.model.verify(name, value)
            assert len(writes) < write, "the power did not go"
        except PowerLost:
            done = writes[: write - (moment is Moment.BEFORE)]
            row.counter.left = done[-1] if done else row.counter.left
        self.insert(self.store.load())
        self.model.restart()

    @rule(
        name=st.sampled_from(CHANGEABLE), digit=st.sampled_from(b"0123456789"),
        moment=st.sampled_from([Moment.BEFORE, Moment.AFTER]),
    )  # fmt: skip
    def lose_power_in_a_change(self, name: str, digit: int, moment: Moment) -> None:
        """The old value stands or the new one, and tries are what they were."""
        row = self.model.references[name]
        self.enter(name)
        if name not in self.model.verified:
            return
        self.store.burn(1, moment)
        new = bytes([digit]) * len(row.value)
        before = row.value
        sw = self.model.change(name, new, row.changed_by)
        try:
            assert self.ask(self.change_command(name, new, row.changed_by)) == sw
            assert sw != "9000" or new == before, "the power did not go"
        except PowerLost:
            row.value = before if moment is Moment.BEFORE else new
        self.insert(self.store.load())
        self.model.restart()

    @rule(amount=st.integers(1, 3), moment=st.sampled_from([Moment.BEFORE, Moment.AFTER]))
    def lose_power_in_a_ride(self, amount: int, moment: Moment) -> None:
        """The ride was paid or was not."""
        self.enter("points")
        if "points" not in self.model.verified:
            return
        before = self.model.points
        sw = self.model.ride(amount)
        self.store.burn(1, moment)
        try:
            assert self.ask(f"8030008304{amount:08X}") == sw != "9000"
        except PowerLost:
            self.model.points = before if moment is Moment.BEFORE else before - amount
        self.insert(self.store.load())
        self.model.restart()

    @rule(name=st.sampled_from(WITH_VALUE), right=st.booleans(), when=st.sampled_from(Tear))
    def take_out_in_a_verify(self, name: str, *, right: bool, when: Tear) -> None:
        """The card leaves the slot before, during or after a VERIFY: nothing, the try, or what the answer would say."""
        row = self.model.references[name]
        self.select(row.aid)
        value = row.value if right else bytes([row.value[0] ^ 1]) + row.value[1:]
        writes = self.model.verify_writes(name, value)
        try:
            self.inserted.transmit(bytes.fromhex(self.verify_command(name, value)), when)
            raise AssertionError("the card was not taken out")
        except CardTorn:
            done = writes[: {Tear.BEFORE: 0, Tear.DURING: 1, Tear.AFTER: 2}[when]]
            row.counter.left = done[-1] if done else row.counter.left
        self.inserted.power_on()
        self.model.restart()

    @rule(fid=st.integers(0, 0x1F))
    def look_around(self, fid: int) -> None:
        """Files are selected and read by somebody who means no harm: that opens nothing."""
        self.ask(f"00A4020C02{fid:04X}")
        self.ask("00B0000000")

    @rule(raw=st.binary(max_size=24))
    def noise(self, raw: bytes) -> None:
        """Bytes at random, unless they happen to be a PIN or a SELECT, of which the model would not know."""
        if len(raw) < 2 or raw[1] not in TELLING:
            assert len(self.ask(raw.hex())) == 4

    @invariant()
    def tries_are_the_models(self) -> None:
        """Nothing but the rules of the table changes a try; all of them lie within their bounds."""
        for name, row in self.model.references.items():
            assert 0 <= row.counter.left <= row.counter.most
            if self.model.here(name):
                assert self.ask(f"002000{0x80 | row.fid:02X}") == self.model.tries(name)

    @invariant()
    def open_is_what_the_model_opens(self) -> None:
        """What a reference guards can be read exactly while the model says so; the points are the account's."""
        for fid in OPENED_BY.get(self.model.aid, {}):
            length = "04" if (self.model.aid, fid) == (RIDES, 0x03) else "01"
            sw = self.ask(f"00B0{0x80 | fid:02X}00{length}")
            assert sw == ("9000" if self.model.reads(fid) else "6982"), (self.model.aid, fid)
            if length == "04" and sw == "9000":
                assert int.from_bytes(self.data, "big") == self.model.points

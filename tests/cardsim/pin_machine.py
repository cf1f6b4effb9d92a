"""A Hypothesis state machine: the card in its slot against the model of the PIN table, through bytes alone."""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cardsim.slot import InsertedCard
from tests.cardsim.pin_model import JPKI, RIDES, VISUAL, PinModel

NAMES = ["sign", "auth", "birth", "key", "points"]
VALUES = [
    b"1234", b"4321", b"9999", b"ABC123", b"abc123", b"ABC124", b"550217", b"550218", bytes(range(0x10, 0x20)),
    b"1", b"12345", b"123", b"\x00" * 16, b"1" * 17, b"1234\x00", b"A" * 16,
]  # fmt: skip
"""Right ones, wrong ones, others' right ones, odd lengths, and values that could be taken for a right one."""


class PinMachine(RuleBasedStateMachine):
    """The card, and beside it the model; every answer must be the model's."""

    card: ClassVar[InsertedCard]
    """A card in its slot, powered, unused: its kept state is where each run begins."""
    certificate: ClassVar[bytes]
    """Bytes that stand in the signature certificate and nowhere else."""

    @initialize()
    def begin(self) -> None:
        """The unused card again, powered."""
        self.model = PinModel()
        self.inserted = self.fresh()
        self.inserted.power_on()

    def fresh(self) -> InsertedCard:
        """The card as it was before anybody touched it."""
        raise NotImplementedError

    def ask(self, command: str) -> str:
        """The status word; no certificate ever without its PIN."""
        answer = self.inserted.transmit(bytes.fromhex(command))
        if self.certificate in answer:
            assert self.model.may_sign("sign"), "the signature certificate was read without its PIN"
        self.data = answer[:-2]
        return answer[-2:].hex().upper()

    @rule(aid=st.sampled_from([JPKI, VISUAL, RIDES, "A0000001510000", "A000000001", "F04B415A4153484999"]))
    def select(self, aid: str) -> None:
        """An application, present or absent, becomes current or not."""
        assert self.ask(f"00A4040C{len(aid) // 2:02X}{aid}") == self.model.select(aid)

    @rule(name=st.sampled_from(NAMES), value=st.sampled_from(VALUES))
    def verify(self, name: str, value: bytes) -> None:
        """Any value against any reference of the current application."""
        if self.model.here(name):
            sfi = 0x80 | self.model.references[name].fid
            assert self.ask(f"002000{sfi:02X}{len(value):02X}{value.hex()}") == self.model.verify(name, value)

    @rule(name=st.sampled_from(NAMES))
    def enter(self, name: str) -> None:
        """The right value, in its application: else the interesting states are rare."""
        self.select(self.model.references[name].aid)
        self.verify(name, self.model.references[name].value)

    @rule(name=st.sampled_from(NAMES), times=st.integers(1, 6))
    def mistype(self, name: str, times: int) -> None:
        """A wrong value of the right length, some times."""
        self.select(self.model.references[name].aid)
        row = self.model.references[name]
        for _ in range(times):
            self.verify(name, bytes([row.value[0] ^ 1]) + row.value[1:])

    @rule(name=st.sampled_from(NAMES), bend=st.sampled_from(["longer", "shorter", "other case", "filled"]))
    def almost(self, name: str, bend: str) -> None:
        """A value that is nearly right: one byte more or less, small letters, filled up with zeros or FF."""
        self.select(self.model.references[name].aid)
        right = self.model.references[name].value
        self.verify(
            name,
            {"longer": right + b"0", "shorter": right[:-1], "other case": right.swapcase(), "filled": right + b"\xff"}[
                bend
            ],
        )

    @rule(name=st.sampled_from(["sign", "auth", "key", "points"]), digit=st.sampled_from(b"0123456789"))
    def change_rightly(self, name: str, digit: int) -> None:
        """The holder types the old value and chooses a new one of the right format."""
        self.enter(name)
        self.change(name, bytes([digit]) * len(self.model.references[name].value))

    @rule(name=st.sampled_from(NAMES), value=st.sampled_from(VALUES))
    def change(self, name: str, value: bytes) -> None:
        """A new value of any shape for any reference of the current application."""
        if self.model.here(name):
            sfi = 0x80 | self.model.references[name].fid
            assert self.ask(f"002401{sfi:02X}{len(value):02X}{value.hex()}") == self.model.change(name, value)

    @rule()
    def read_signature_certificate(self) -> None:
        """Its PIN and nothing else opens it."""
        if self.model.aid == JPKI:
            assert self.ask("00B0810000") == ("9000" if self.model.may_sign("sign") else "6982")
            assert (self.certificate in self.data) == self.model.may_sign("sign")

    @rule(name=st.sampled_from(["auth", "sign"]))
    def sign(self, name: str) -> None:
        """A key signs after its own PIN; after the other one it does not."""
        if self.model.aid == JPKI:
            key = {"auth": 0x97, "sign": 0x9A}[name]
            assert self.ask(f"802A00{key:02X}01AA00") == ("9000" if self.model.may_sign(name) else "6982")
            assert len(self.data) == (256 if self.model.may_sign(name) else 0)

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

    @precondition(lambda self: self.model.aid == RIDES)
    @rule()
    def look_at_points(self) -> None:
        """The counter holds what the account says, and shows it to those who may ride."""
        sw = self.ask("00B0830004")
        assert sw == ("9000" if self.model.verified & {"key", "points"} else "6982")
        assert sw != "9000" or int.from_bytes(self.data, "big") == self.model.points

    @rule(how=st.sampled_from(["reset", "power on", "off and on"]))
    def restart(self, how: str) -> None:
        """Warm, cold, and out of the field."""
        if how == "reset":
            self.inserted.reset()
        else:
            if how == "off and on":
                self.inserted.power_off()
            self.inserted.power_on()
        self.model.restart()

    @rule(fid=st.integers(0, 0x1F))
    def look_around(self, fid: int) -> None:
        """Files are selected and read by somebody who means no harm: that opens nothing."""
        self.ask(f"00A4020C02{fid:04X}")
        self.ask("00B0000000")

    @invariant()
    def tries_are_the_models(self) -> None:
        """Nothing but the rules of the table changes a try; all of them lie within their bounds."""
        for name, row in self.model.references.items():
            assert 0 <= row.left <= row.most
            if self.model.here(name):
                assert self.ask(f"002000{0x80 | row.fid:02X}") == self.model.tries(name)

    @invariant()
    def open_is_what_the_model_opens(self) -> None:
        """What a PIN guards can be used exactly while the model says that it is verified."""
        guarded = {
            JPKI: [("00B0810001", "sign"), ("802A009701AA00", "auth")],
            VISUAL: [("00B0810001", "birth")],
        }.get(self.model.aid, [])
        for command, name in guarded:
            assert self.ask(command) == ("9000" if name in self.model.verified else "6982")
        if self.model.aid == RIDES:
            assert self.ask("00B0830004") == ("9000" if self.model.verified & {"key", "points"} else "6982")

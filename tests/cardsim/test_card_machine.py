"""The card under arbitrary commands: what must never happen, whatever the order."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cardsim.card import Profile, State, fresh_kept, power_on, transmit, warm_reset
from cardsim.files import Application, File, SigningKey, build_application
from cardsim.pins import Pin, PinFormat

JPKI = bytes.fromhex("D392F000260100000001")
VISUAL = bytes.fromhex("D3921000310001010402")
SECRET_BODY = b"the signature certificate"
VALUES = [b"1234", b"9999", b"ABC123", b"ABC124", b"550217", b"550218", b"5678", b"1", b"1" * 17]


def jpki(auth_key: bytes, sign_key: bytes) -> Application:
    """The JPKI application, small: bodies that can be told apart in an answer."""
    return build_application(
        JPKI,
        "JPKI",
        (
            File(0x01, "sign certificate", SECRET_BODY, (0x1B,)),
            File(0x0A, "auth certificate", b"free"),
            SigningKey(0x17, "auth key", auth_key, (0x18,)),
            Pin(0x18, "auth PIN", PinFormat.FOUR_DIGITS, 3, b"1234", "auth"),
            SigningKey(0x1A, "sign key", sign_key, (0x1B,)),
            Pin(0x1B, "sign password", PinFormat.LETTERS_AND_DIGITS, 5, b"ABC123", "sign"),
        ),
    )


def visual(chip_key: bytes) -> Application:
    """The visual application, small."""
    return build_application(
        VISUAL,
        "visual",
        (
            File(0x01, "birth record", b"the birth record", (0x11,)),
            Pin(0x11, "birth date", PinFormat.BIRTH_DIGITS, 10, b"550217", "birth", changeable=False),
            SigningKey(0x1A, "chip key", chip_key),
        ),
        default_key=0x1A,
    )


class CardMachine(RuleBasedStateMachine):
    """A card, and beside it the simplest account of which PINs are verified: written from spec/card.md §3 alone."""

    keys: tuple[bytes, bytes, bytes]

    @initialize()
    def begin(self) -> None:
        """A fresh card, powered."""
        applications = (jpki(self.keys[0], self.keys[1]), visual(self.keys[2]))
        self.profile = Profile("0" * 16, {application.aid: application for application in applications})
        self.state: State = power_on(self.profile, fresh_kept(self.profile))
        self.secrets = {"auth": b"1234", "sign": b"ABC123", "birth": b"550217"}
        self.left = {"auth": 3, "sign": 5, "birth": 10}
        self.most = dict(self.left)
        self.aid = b""
        self.proved: set[str] = set()

    def send(self, raw: bytes) -> bytes:
        """One command; a refusal must leave the very state."""
        before = self.state
        self.state, answer = transmit(self.profile, before, raw)
        if answer[-2:] != b"\x90\x00" and answer[-2] != 0x63:
            assert self.state is before
        if SECRET_BODY in answer:
            assert "sign" in self.proved
        return answer

    @rule(aid=st.sampled_from([JPKI, VISUAL, bytes.fromhex("A0000001510000"), b"\xa0\x00\x00\x00\x01"]))
    def select_application(self, aid: bytes) -> None:
        """Another application forgets the PINs; a missing one changes nothing."""
        answer = self.send(b"\x00\xa4\x04\x0c" + bytes([len(aid)]) + aid)
        if answer == b"\x90\x00" and aid != self.aid:
            self.aid = aid
            self.proved.clear()

    @rule(fid=st.integers(0, 0x1F))
    def select_file(self, fid: int) -> None:
        """Any file may be selected; that opens nothing."""
        self.send(bytes([0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, fid]))

    @rule(which=st.sampled_from(["auth", "sign", "birth"]), value=st.sampled_from(VALUES))
    def verify(self, which: str, value: bytes) -> None:
        """The counter goes down by one or back to its maximum, as the value and nothing else decides."""
        sfi = {"auth": 0x18, "sign": 0x1B, "birth": 0x11}[which]
        answer = self.send(bytes([0x00, 0x20, 0x00, 0x80 | sfi, len(value)]) + value)
        if self.aid != (VISUAL if which == "birth" else JPKI):
            assert answer == b"\x6a\x82"
        elif len(value) > 16:
            assert answer == b"\x67\x00"
        elif self.left[which] == 0:
            assert answer == b"\x69\x84"
        elif value == self.secrets[which]:
            assert answer == b"\x90\x00"
            self.left[which] = self.most[which]
            self.proved.add(which)
        else:
            self.left[which] -= 1
            assert answer == bytes([0x63, 0xC0 | self.left[which]])
            self.proved.discard(which)

    @rule(which=st.sampled_from(["auth", "sign", "birth"]))
    def enter(self, which: str) -> None:
        """The holder goes to the PIN's application and types it right: else the interesting states are rare."""
        self.select_application(VISUAL if which == "birth" else JPKI)
        self.verify(which, self.secrets[which])

    @rule(which=st.sampled_from(["auth", "sign", "birth"]), times=st.integers(1, 3))
    def mistype(self, which: str, times: int) -> None:
        """The holder types it wrong, up to and beyond the last try."""
        self.select_application(VISUAL if which == "birth" else JPKI)
        for _ in range(times):
            self.verify(which, self.secrets[which] + b"0")

    @rule(which=st.sampled_from(["auth", "sign"]), value=st.sampled_from(VALUES))
    def change(self, which: str, value: bytes) -> None:
        """Only a verified PIN takes a new value."""
        sfi = {"auth": 0x18, "sign": 0x1B}[which]
        answer = self.send(bytes([0x00, 0x24, 0x01, 0x80 | sfi, len(value)]) + value)
        if answer == b"\x90\x00":
            assert which in self.proved
            self.secrets[which] = value

    @rule(sfi=st.integers(0, 0x1E), offset=st.integers(0, 30), ne=st.integers(0, 255))
    def read(self, sfi: int, offset: int, ne: int) -> None:
        """`send` watches what comes out."""
        self.send(bytes([0x00, 0xB0, 0x80 | sfi, offset, ne]))

    @rule(p2=st.sampled_from([0x00, 0x80, 0x97, 0x9A]))
    def sign(self, p2: int) -> None:
        """A signature comes only after the key's PIN, but for the PIN-less key of the visual application."""
        answer = self.send(bytes([0x80, 0x2A, 0x00, p2, 0x01, 0xAA, 0x00]))
        if answer[-2:] == b"\x90\x00":
            fid = {0x00: 0x1A, 0x80: self.state.session.fid, 0x97: 0x17, 0x9A: 0x1A}[p2]
            assert self.aid == VISUAL or {0x17: "auth", 0x1A: "sign"}[fid] in self.proved
            assert len(answer) == 258

    @rule(cold=st.booleans())
    def restart(self, *, cold: bool) -> None:
        """Every kind of restart forgets who was verified and no counter."""
        self.state = power_on(self.profile, self.state.kept) if cold else warm_reset(self.profile, self.state)
        self.aid = b""
        self.proved.clear()

    @rule(raw=st.binary(max_size=24))
    def noise(self, raw: bytes) -> None:
        """Bytes at random, unless they happen to be a PIN or a SELECT, of which the account would not know."""
        if len(raw) < 2 or raw[1] not in {0x20, 0x24, 0xA4}:
            assert len(self.send(raw)) >= 2

    @invariant()
    def verified_is_as_accounted(self) -> None:
        """A PIN counts as verified exactly while the account says so."""
        assert self.state.session.verified == {
            {"auth": 0x18, "sign": 0x1B, "birth": 0x11}[which] for which in self.proved
        }

    @invariant()
    def tries_are_as_accounted(self) -> None:
        """No counter leaves 0 to its maximum, nor moves but by VERIFY."""
        kept = self.state.kept.pins
        assert {name: record.left for name, record in kept.items()} == self.left
        assert all(0 <= left <= self.most[name] for name, left in self.left.items())


def test_card_machine(pkcs8_keys: tuple[bytes, bytes, bytes]) -> None:
    """No sequence of commands reads the signature certificate or signs without the PIN, or loses count of tries."""

    class Machine(CardMachine):
        keys = pkcs8_keys

    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))

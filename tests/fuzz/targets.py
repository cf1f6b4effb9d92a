"""What is fuzzed, and what must hold of it whatever the bytes: each target raises AssertionError where it does not."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256

import cardsim
from cardsim.applications import text
from cardsim.applications.free_area import Counter, FreeArea
from cardsim.applications.generic import COUNT_CARD_AID, GenericApplication, delete_command, load_commands
from cardsim.card import as_it_stands, kept_if_wrong, transmit
from cardsim.commands.signature_schemes import load_key
from cardsim.faults import CardUnreadable, ReaderUnreachable
from cardsim.files import DeliveryKey
from cardsim.personalise import IssuedFiles, personalise
from cardsim.placeholder_images import placeholder_images
from cardsim.profile import Profile, pins_of
from cardsim.readers.conditions import Conditions, parse_conditions
from cardsim.readers.vpcd_address import parse_address
from cardsim.readers.vpcd_frames import FrameReader
from cardsim.sealed import unseal
from cardsim.secure_messaging import encrypt
from cardsim.standing import room_left
from cardsim.state import Kept, State, fresh_kept, power_on
from cardsim.status import StatusWord, read_tries
from cardsim.tlv import TlvError, build, parse_all
from cardsim.trace import command_line, decode
from cardsim.trace_export import ExportedTrace, as_json, as_text, read_json
from tests.cardsim.conftest import BIRTH_RECORD, CVC, HOLDER, SERIAL, TEXT_CVC, certificate
from tests.fuzz.mutation import Session, mutate

COMMON, JUKI = "00A4040C0AD3921000310001010100", "00A4040C0AD3921000310001010401"
SELECT_WITH_FCI = "00A404000AD392F00026010000000100"
LOAD_KEY = bytes(range(32))
APPLICATION = GenericApplication(
    COUNT_CARD_AID, "試験", b"user", "20361120", bytes(range(16)), b"4321", count=5, limit=9, notes=8
)
TRIES_CHANGE = {0x20, 0x24, 0x32, 0xE4, 0xE6}
"""VERIFY, CHANGE REFERENCE DATA, CHANGE KEY, DELETE FILE, INSTALL: no other instruction touches a PIN or its tries."""


CARDSIM = Path(next(iter(cardsim.__path__)))


class Sessions:
    """What both targets share: sessions of commands, and the card's own code is what counts."""

    watched = CARDSIM
    bend = staticmethod(mutate)


class CardTarget(Sessions):
    """The card with everything in it: each session begins at the same state."""

    def __init__(self) -> None:
        self.profile = _card()
        state = power_on(self.profile, fresh_kept(self.profile))
        self.loading = tuple(load_commands(APPLICATION, load_key=LOAD_KEY, serial=SERIAL, number=0))
        for command in self.loading:
            state, answer = transmit(self.profile, state, command)
            assert answer == b"\x90\x00"
        self.start = power_on(self.profile, state.kept)
        self.secured = self._secured()
        self.most = {pin.kept_as: pin.tries for pin in pins_of(as_it_stands(self.profile, state.kept))}

    def seeds(self) -> list[Session]:
        """Sessions in which every command of the card is right once."""
        jpki = ("00A4040C0AD392F000260100000001", "00A4020C02000A", "00B0000004", "00B08A0000", "00200098")
        secrets = ("002000980431323334", "0020009B06414243313233", "00B0810000", "00A4020C020018", "002401800439393939")
        signing = ("802A009733" + "11" * 51 + "00", "802A009A01AA00", "802A010001AA00", "8054008000")
        visual = (
            "00A4040C0AD3921000310001010402",
            "0020009106353530323137",
            "00B0810000",
            "00B0840000",
            "802A000001AA00",
        )
        others = ("00A4040C07A0000001510000", "00A40000", "00A40000023F00", "00CA5F51", SELECT_WITH_FCI)
        four = ("00A4040C0AD3921000310001010408", "002000910431323334", "00B0810000", "00B0820000", "0084000010")
        common = (
            COMMON,
            "00B2010C00",
            "0088009901AA00",
            "0020009C0431323334",
            "8032009C0439393939",
        )
        juki = (
            JUKI,
            "00B2011400",
            "0020009C0431323334",
            "80AE00000301020300",
            "8EB0810000",
        )
        own = ("00A4040C09F04B415A4153484912", "002000920434333231", "00B0810000", "00B083001C", "80300083040000000108")
        key = ("0020009110000102030405060708090A0B0C0D0E0F", "803400830400000001", "00D6840002AABB", "00E40000020004")
        made = ("00E0000010620E8201018302000580020010860102", "00D685000411223344", "00B0850000", "00D682000131")
        deletion = delete_command(COUNT_CARD_AID, load_key=LOAD_KEY, serial=SERIAL, number=1)
        manager = bytes.fromhex("00A4040C09F04B415A4153484901")
        again = tuple(load_commands(APPLICATION, load_key=LOAD_KEY, serial=SERIAL, number=2))
        texts = (four, common, juki, jpki, jpki + secrets + signing, visual, others, own, own + key + made)
        return [
            self.secured,
            *(tuple(map(bytes.fromhex, sent)) for sent in texts),
            (manager, bytes.fromhex("00B0810000"), deletion, *again),
        ]

    def _secured(self) -> Session:
        """A session of secure messaging: its key delivered, then VERIFY, SELECT, READ BINARY (spec/card.md §5.3)."""
        delivery = self.profile.applications[text.AID].elements[text.DELIVERY]
        assert isinstance(delivery, DeliveryKey)
        padding = OAEP(MGF1(SHA256()), SHA256(), None)
        message = load_key(delivery.pkcs8).public_key().encrypt(bytes.fromhex("A0228020") + bytes(32), padding)
        key = bytes(16)
        return (
            bytes.fromhex("00A4040C0AD3921000310001010408"),
            bytes.fromhex("002000910431323334"),
            bytes.fromhex("80AE0000000100") + message,
            bytes.fromhex("0820009113861101") + encrypt(key, 1, b"1234"),
            bytes.fromhex("08A4020C13861101") + encrypt(key, 2, b"\x00\x02"),
            bytes.fromhex("08B0000000000596030000100000"),
            bytes.fromhex("0820009113861101") + encrypt(key, 4, b"9999"),
        )

    def run(self, session: Session) -> None:
        """Status words and nothing else; a refusal changes nothing; tries, room and counts stay in their bounds."""
        state = self.start
        for raw in session:
            forecast = kept_if_wrong(self.profile, state, raw)
            after, answer = transmit(self.profile, state, raw)
            self._check(state, raw, after, answer)
            assert forecast is None or forecast.loaded == state.kept.loaded
            state = after

    def _check(self, before: State, raw: bytes, after: State, answer: bytes) -> None:
        status = int.from_bytes(answer[-2:], "big")
        tries = read_tries(status)
        assert len(answer) >= 2
        assert tries is not None or status in StatusWord._value2member_map_, f"{status:04X} is no status word"
        if status != StatusWord.OK:
            assert len(answer) == 2, "a refusal with data"
            assert after.kept is before.kept or tries is not None, "a refusal that changed something"
        if after.kept.pins != before.kept.pins:
            assert raw[1] in TRIES_CHANGE, f"instruction {raw[1]:02X} changed a PIN"
        if after.kept is not before.kept:
            self._check_kept(after.kept)
        line = command_line(1, as_it_stands(self.profile, before.kept), before.session, raw, answer)
        assert decode(line, "ja" if len(raw) % 2 else "en")
        assert len(line.command) == len(raw)

    def _check_kept(self, kept: Kept) -> None:
        """Tries, counts and room within their bounds."""
        for name, record in kept.pins.items():
            assert 0 <= record.left <= self.most[name]
        for loaded in kept.loaded.values():
            for file in loaded.files:
                assert not isinstance(file, Counter) or 0 <= file.value <= file.limit
        area = self.profile.free_area
        assert area is not None
        assert room_left(area, kept) >= 0, "more was loaded than there is room"


class BytesTarget(Sessions):
    """Parsers of plain bytes: what they cannot read they refuse by their own exception."""

    def seeds(self) -> list[Session]:
        """One right input for each."""
        sealed = b'{"kind":"kept","version":2,"sha256":"00","content":{"pins":{}}}'
        nested = build(0xFF10, build(0xDF11, b"x") + build(0x5F4E, bytes(200)))
        trace = as_json(ExportedTrace(1, ()))
        return [
            (nested,),
            (sealed,),
            (trace,),
            (b"contactless:nfc-phone",),
            (b"\x00\x04\x00\xa4\x04\x0c",),
            (b"127.0.0.1:35963",),
            (b"[::1]:1",),
        ]

    def run(self, session: Session) -> None:
        """Each parser on each piece, and the frames on all of them one after the other."""
        frames = FrameReader()
        received = []
        for raw in session:
            for parse, refuses in _PARSERS:
                with suppress(refuses):
                    parse(raw)
            received += frames.feed(raw)
        again = FrameReader().feed(b"".join(session))
        assert received == again, "frames depend on how the stream was cut"


def _parse_tlv(raw: bytes) -> None:
    assert b"".join(item.raw for item in parse_all(raw)) == raw


def _parse_sealed(raw: bytes) -> None:
    unseal("kept", raw, Path("kept.json"))


def _parse_address(raw: bytes) -> None:
    found = parse_address(raw.decode("latin-1"))
    assert parse_address(str(found)) == found


def _parse_conditions(raw: bytes) -> None:
    assert isinstance(parse_conditions(raw.decode("latin-1")), Conditions)


def _parse_trace(raw: bytes) -> None:
    found = read_json(raw)
    assert read_json(as_json(found)) == found
    assert isinstance(as_text(found), str)


_PARSERS: tuple[tuple[Callable[[bytes], None], type[Exception]], ...] = (
    (_parse_tlv, TlvError),
    (_parse_sealed, CardUnreadable),
    (_parse_address, ReaderUnreachable),
    (_parse_conditions, ValueError),
    (_parse_trace, ValueError),
)


def _card() -> Profile:
    """A card with every application and a free area; keys of this run."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
    auth, sign, chip = keys
    issued = IssuedFiles(
        auth_certificate=certificate(auth, "auth"),
        auth_ca_certificate=certificate(chip, "auth ca"),
        sign_certificate=certificate(sign, "sign"),
        sign_ca_certificate=certificate(chip, "sign ca"),
        auth_key=auth,
        sign_key=sign,
        chip_key=chip,
        birth_record=BIRTH_RECORD,
        cvc=CVC,
        text_cvc=TEXT_CVC,
        sign_record=lambda digest_info: bytes(256 - len(digest_info)) + digest_info,
        images=placeholder_images,
    )
    return msgspec.structs.replace(personalise(HOLDER, issued, serial=SERIAL), free_area=FreeArea(LOAD_KEY, 1024))

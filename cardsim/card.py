"""The card: one command at a time, a function of (profile, state, command).

`COMMANDS` is the whole list of what the card understands; `step` dispatches over it and is the one place where a
refusal becomes an answer. Anything else a handler raises is a mistake of ours and is not turned into 6F00.
"""

from collections.abc import Callable

import msgspec

from cardsim import cla
from cardsim.apdu import Answer, Command, parse_command
from cardsim.applications import text
from cardsim.commands.administration import administer
from cardsim.commands.challenge import get_challenge
from cardsim.commands.counting import decrease, increase
from cardsim.commands.data_objects import get_data
from cardsim.commands.loading import install
from cardsim.commands.own_files import create_file, delete_file, update_binary
from cardsim.commands.reading import read_binary
from cardsim.commands.records import read_record
from cardsim.commands.selection import select
from cardsim.commands.session_key import set_session_key
from cardsim.commands.signing import authenticate_internally, compute_signature
from cardsim.commands.terminal import answer_iphone, set_terminal_key
from cardsim.commands.verification import change_key, change_reference_data, verify
from cardsim.flaws import bend
from cardsim.pins import PinRecord
from cardsim.profile import Options, Profile
from cardsim.secure_messaging import answer_secured
from cardsim.standing import as_it_stands
from cardsim.state import Kept, Session, State, fresh_kept, power_on, warm_reset
from cardsim.status import Refusal, StatusWord

__all__ = [
    "COMMANDS", "FREE_AREA_COMMANDS", "Kept", "Options", "Profile", "Row", "Session", "State",
    "as_it_stands", "fresh_kept", "kept_if_wrong", "power_on", "row_of", "step", "transmit", "warm_reset",
]  # fmt: skip

Handler = Callable[[Profile, State, Command], tuple[State, Answer]]


class Row(msgspec.Struct, frozen=True):
    """One command: CLA, INS, names, clause, handler, and what a secure-messaging class was seen to get."""

    cla: int
    ins: int
    english: str
    japanese: str
    clause: str
    handler: Handler
    when_secured: StatusWord | None = None


_NO_SESSION = StatusWord.NO_SECURE_SESSION
_NO_SECURED = StatusWord.SECURE_MESSAGING_NOT_SUPPORTED
_ISO, _SPEC = "ISO/IEC 7816-4:2013", "spec/card.md"
_ROWS = (
    Row(0x00, 0xA4, "SELECT", "選択", f"{_ISO} §7.1.1; {_SPEC} §1.3 (OSC, MYN, MC)", select, _NO_SECURED),
    Row(0x00, 0xB0, "READ BINARY", "バイナリ読出し", f"{_ISO} §7.2.3; {_SPEC} §4 (MC, JSA)", read_binary, _NO_SESSION),
    Row(0x00, 0xB2, "READ RECORD", "レコード読出し", f"{_ISO} §7.3.3; {_SPEC} §1.3 (MC, MYN)", read_record),
    Row(0x00, 0x84, "GET CHALLENGE", "乱数取得", f"{_ISO} §7.5.3; {_SPEC} §1.3 (MC, SCT)", get_challenge),
    Row(0x00, 0x88, "INTERNAL AUTHENTICATE", "内部認証", f"{_ISO} §7.5.2; {_SPEC} §2.5 (MC)", authenticate_internally),
    Row(0x00, 0xCA, "GET DATA", "データ取得", f"{_ISO} §7.4.2; {_SPEC} §1.3, §2.7 (MC)", get_data),
    Row(0x00, 0x20, "VERIFY", "照合", f"{_ISO} §7.5.6; {_SPEC} §3 (OSC, MC)", verify, _NO_SESSION),
    Row(0x00, 0x24, "CHANGE REFERENCE DATA", "暗証番号変更", f"{_ISO} §7.5.7; {_SPEC} §3 (MC)", change_reference_data),
    Row(0x80, 0x2A, "COMPUTE DIGITAL SIGNATURE", "電子署名", f"JICSAP; {_SPEC} §4 (MC, OSC)", compute_signature),
    Row(0x80, 0x32, "CHANGE KEY", "鍵変更", f"JICSAP; {_SPEC} §1.3 (MC)", change_key),
    Row(0x80, 0xA2, "SET PUBLIC IC KEY", "端末公開鍵設定", f"JICSAP; {_SPEC} §1.3 (SCT, MC)", set_terminal_key),
    Row(0x80, 0xAE, "SET SESSION KEY", "セッション鍵設定", f"JICSAP; {_SPEC} §1.3 (MC)", set_session_key),
    Row(0x80, 0xFC, "IPHONE COMMAND", "iPhoneコマンド", f"{_SPEC} §1.3, §7 (MC)", answer_iphone),
    Row(0x80, 0x50, "LOCK DF", "DF閉塞", f"JICSAP; {_SPEC} §1.3 (MC)", administer),
    Row(0x80, 0x52, "UNLOCK DF", "DF閉塞解除", f"JICSAP; {_SPEC} §1.3 (MC)", administer),
    Row(0x80, 0x54, "UNLOCK KEY", "鍵閉塞解除", f"JICSAP; {_SPEC} §1.3 (MC)", administer),
    Row(0x80, 0x06, "ISSUER COMMAND 06", "発行者コマンド06", f"JICSAP; {_SPEC} §1.3 (MC)", administer),
    Row(0x80, 0x8A, "ISSUER COMMAND 8A", "発行者コマンド8A", f"JICSAP; {_SPEC} §1.3 (MC)", administer),
)
COMMANDS = {(row.cla, row.ins): row for row in _ROWS}
"""Everything the card understands, by (CLA, INS)."""
_FREE_AREA_ROWS = (
    Row(0x80, 0xE6, "INSTALL", "アプリケーション搭載", "INVENTED; GlobalPlatform 2.3.1 §11.5", install),
    Row(0x00, 0xE4, "DELETE FILE", "削除", "INVENTED; after ISO/IEC 7816-9:2017; §2.6", delete_file),
    Row(0x00, 0xE0, "CREATE FILE", "ファイル作成", "INVENTED; after ISO/IEC 7816-9:2017; §2.6", create_file),
    Row(0x00, 0xD6, "UPDATE BINARY", "バイナリ書込み", "INVENTED; ISO/IEC 7816-4:2013 §7.2.5", update_binary),
    Row(0x80, 0x30, "DECREASE", "減算", "INVENTED; spec/card.md §2.6", decrease),
    Row(0x80, 0x34, "INCREASE", "加算", "INVENTED; after ETSI TS 102 221 §11.1.8", increase),
)
FREE_AREA_COMMANDS = {(row.cla, row.ins): row for row in _FREE_AREA_ROWS}
"""What a card with a free area understands beside `COMMANDS`; one without answers as if none of it existed."""
_FREE_AREA_HANDLERS = {(row.cla << 8) | row.ins: row.handler for row in _FREE_AREA_ROWS}
_HANDLERS = {(row.cla << 8) | row.ins: row.handler for row in _ROWS}
_INSTRUCTIONS = {row.ins for row in _ROWS}
_SELECT = 0xA4
_SPENDING = frozenset({0x20})
"""The instructions that can cost a try: VERIFY."""
_HEADER = 4
_MATCHES_NOTHING = b""
"""A VERIFY without data asks for the tries: no data that is compared is empty."""


def step(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """The state after one command, and the answer. A refusal leaves the state as it was: the very same object."""
    if profile.flaws is not None:
        genuine = msgspec.structs.replace(profile, flaws=None)
        return bend(profile.flaws, state, command, *step(genuine, state, command))
    handler = _HANDLERS.get((command.cla << 8) | command.ins)
    if profile.free_area is not None:
        if command.ins == _SELECT or state.session.aid not in profile.applications:
            profile = as_it_stands(profile, state.kept)  # in today's applications nothing of it can be met
        handler = handler or _FREE_AREA_HANDLERS.get((command.cla << 8) | command.ins)
    try:
        if handler is None:
            return _other_class(profile, state, command)
        return handler(profile, state, command)
    except Refusal as refusal:
        return state, Answer(b"", refusal.status)


def transmit(profile: Profile, state: State, raw: bytes) -> tuple[State, bytes]:
    """`step` over bytes: what is no command at all is answered 6700 and changes nothing."""
    try:
        command = parse_command(raw)
    except Refusal as refusal:
        return state, refusal.status.to_bytes(2, "big")
    after, answer = step(profile, state, command)
    return after, answer.to_bytes()


def kept_if_wrong(profile: Profile, state: State, raw: bytes) -> Kept | None:
    """What the card keeps where the PIN in this command is wrong; None for a command that costs no try either way.

    The command is performed on a card whose PINs nothing can match. So it tells nothing about the real ones.
    """
    if len(raw) <= _HEADER or raw[1] not in _SPENDING:
        return None
    pins = dict(state.kept.pins.items())
    nameless = {name: PinRecord(_MATCHES_NOTHING, record.left) for name, record in pins.items()}
    unmatched = msgspec.structs.replace(state.kept, pins=nameless)
    after, _ = transmit(profile, State(unmatched, state.session), raw)
    if after.kept is unmatched:
        return None
    pins.update({
        name: PinRecord(pins[name].value, record.left)
        for name, record in after.kept.pins.items()
        if record is not nameless[name]
    })  # fmt: skip
    return msgspec.structs.replace(state.kept, pins=pins)


def row_of(class_byte: int, ins: int) -> Row | None:
    """The row a command belongs to, also where channel, chaining or secure messaging colour its class."""
    row = COMMANDS.get((class_byte, ins)) or FREE_AREA_COMMANDS.get((class_byte, ins))
    if row is None and cla.parse_class(class_byte) is not None:
        return COMMANDS.get((cla.FIRST_INTERINDUSTRY, ins))
    return row


def _other_class(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
    """A command that is not in the table: secured for the text application, or refused."""
    if command.cla in cla.SECURED and state.session.aid == text.AID:
        return answer_secured(profile, state, command, step)
    return state, Answer(b"", _unlisted(profile, command))


def _unlisted(profile: Profile, command: Command) -> StatusWord:
    """Why a command that is not in the table is refused: channel, chaining, secure messaging, INS, CLA (§1.2)."""
    kind = cla.parse_class(command.cla)
    if kind is None:
        known = command.cla == cla.PROPRIETARY and command.ins not in _INSTRUCTIONS
        return StatusWord.UNKNOWN_INSTRUCTION if known else StatusWord.UNKNOWN_CLASS
    if kind.channel != 0:
        return StatusWord.CHANNEL_NOT_SUPPORTED
    if kind.chained:
        return StatusWord.CHAINING_NOT_SUPPORTED
    row = COMMANDS.get((cla.FIRST_INTERINDUSTRY, command.ins))
    if row is not None:
        return row.when_secured or profile.options.secured_command
    return StatusWord.UNKNOWN_CLASS if command.ins in _INSTRUCTIONS else StatusWord.UNKNOWN_INSTRUCTION

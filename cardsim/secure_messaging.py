"""Secure messaging of the text application: AES-128-CBC without any checksum; spec/card.md §1.2, §1.4, §5.3.

What MC measured (`sm.rs`):

(1) class 08 only; 0C wants a checksum, for which there is no key: 6987; without a session both are 69FC;
(2) the data field is exactly one object: `86 len 01 ‖ cryptogram` for VERIFY and SELECT, `96 03 00 ‖ Le (2 bytes)` for
    READ BINARY, where Le 0000 asks for the rest of the file; anything else is 6988;
(3) the IV of command N, and of its answer, is AES(key, N as 16 bytes); N counts secured commands from 1, also those
    that the application refuses, and not plain ones;
(4) ISO/IEC 7816-4 padding, always added; a cryptogram whose padding is wrong (so too a wrong N) is 6988;
(5) 6987 and 6988 end the session.
"""

from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from cardsim import cla, tlv
from cardsim.apdu import EXTENDED_MOST, Answer, Command
from cardsim.profile import Profile
from cardsim.state import SecureSession, Session, State
from cardsim.status import Refusal, StatusWord

Step = Callable[[Profile, State, Command], tuple[State, Answer]]

_CRYPTOGRAM, _EXPECTED_LENGTH = 0x86, 0x96
_INDICATOR = b"\x01"
"""Padding-content indicator: ISO/IEC 7816-4 padding."""
_READ_BINARY = 0xB0
_ENCRYPTED = frozenset({0x20, 0xA4})
"""The instructions whose data travel encrypted: VERIFY and SELECT."""
_BLOCK = 16
_CHECKSUM_SECURED = 0x0C


def answer_secured(profile: Profile, state: State, command: Command, step: Step) -> tuple[State, Answer]:
    """The answer to a secured command in the text application; `step` performs it once it is plain."""
    secure = state.session.secure
    if secure is None or (command.ins != _READ_BINARY and command.ins not in _ENCRYPTED):
        raise Refusal(StatusWord.NO_SECURE_SESSION)
    if command.cla == _CHECKSUM_SECURED:  # (1)
        return _ended(state), Answer(b"", StatusWord.MISSING_SECURE_OBJECT)
    try:
        plain = _plain(secure, command)
    except Refusal as refusal:
        return _ended(state), Answer(b"", refusal.status)
    after, answer = step(profile, state, plain)
    after = _with(after, None if after.session.secure is None else SecureSession(secure.key, secure.number + 1))
    if command.ins != _READ_BINARY or answer.sw != StatusWord.OK:
        return after, answer
    cryptogram = encrypt(secure.key, secure.number, answer.data)
    return after, Answer(tlv.build(_CRYPTOGRAM, _INDICATOR + cryptogram), answer.sw)


def encrypt(key: bytes, number: int, plain: bytes) -> bytes:
    """The cryptogram of command or answer `number`, padded."""
    cipher = Cipher(AES128(key), CBC(_initial(key, number))).encryptor()
    padded = plain + b"\x80"
    return cipher.update(padded + bytes(-len(padded) % _BLOCK)) + cipher.finalize()


def _decrypt(key: bytes, number: int, cryptogram: bytes) -> bytes:
    if not cryptogram or len(cryptogram) % _BLOCK:
        raise Refusal(StatusWord.BAD_SECURE_OBJECT)
    cipher = Cipher(AES128(key), CBC(_initial(key, number))).decryptor()
    padded = (cipher.update(cryptogram) + cipher.finalize()).rstrip(b"\x00")
    if not padded.endswith(b"\x80"):  # (4)
        raise Refusal(StatusWord.BAD_SECURE_OBJECT)
    return padded[:-1]


def _initial(key: bytes, number: int) -> bytes:  # (3)
    cipher = Cipher(AES128(key), CBC(bytes(_BLOCK))).encryptor()
    return cipher.update(number.to_bytes(_BLOCK, "big")) + cipher.finalize()


def _plain(secure: SecureSession, command: Command) -> Command:  # (2)
    if not command.data:
        raise Refusal(StatusWord.MISSING_SECURE_OBJECT)
    try:
        found = tlv.parse_all(command.data)
    except tlv.TlvError:
        raise Refusal(StatusWord.BAD_SECURE_OBJECT) from None
    if len(found) != 1:
        raise Refusal(StatusWord.BAD_SECURE_OBJECT)
    value = found[0].value
    changed = msgspec.structs.replace(command, cla=cla.FIRST_INTERINDUSTRY, data=b"", ne=None)
    if command.ins == _READ_BINARY:
        if found[0].tag != _EXPECTED_LENGTH or len(value) != 3 or value[0] != 0:
            raise Refusal(StatusWord.BAD_SECURE_OBJECT)
        return msgspec.structs.replace(changed, ne=int.from_bytes(value, "big") or EXTENDED_MOST)
    if found[0].tag != _CRYPTOGRAM or value[:1] != _INDICATOR:
        raise Refusal(StatusWord.BAD_SECURE_OBJECT)
    return msgspec.structs.replace(changed, data=_decrypt(secure.key, secure.number, value[1:]))


def _ended(state: State) -> State:  # (5)
    return _with(state, None)


def _with(state: State, secure: SecureSession | None) -> State:
    session = state.session
    return State(state.kept, Session(session.aid, session.fid, session.verified, session.generator, secure))

"""The octets that a value becomes when somebody writes it: forms of the text, character sets, and wrappings.

What is not here: values that were encrypted, compressed by something else than deflate, base64 within base64, and
values of which only a part was kept. Separators (1234-5678, spaces, lines of base64) need no pattern of their own: a
place is also searched squeezed (`scan`).
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote_from_bytes

from cardsim.era import era_at
from conformance.privacy.canary import Canary, Kind

SHORTEST = 8
"""Octets. Eight given octets come by chance once in 10^19: a terabyte of noise has none. In text they mean less: eight
hexadecimal digits that stand alone (the name of a request, a dump in groups of four octets) are once in 2^32 the number
of a given certificate, and once the birth date of its holder. 2^18 of them, a megabyte of such a dump, held one of a
hundred holders' in 8 draws of 400."""
LONGEST = 192
"""Octets of a pattern, its end: what is longer is as well known by that."""
CHARSETS = {
    "UTF-8": "utf-8",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "Shift_JIS": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
}
_TO_KANJI, _TO_ASCII = b"\x1b$B", b"\x1b(B"
_PIN_WORDS = ("pin", "PIN", "pins", "password", "暗証番号")
_PIN_JOINTS = ("=", ": ", ":", " ", " = ", '":"', '": "', '":["', '": ["', "': ['")
_SELDOM = ("UTF-16LE", "UTF-16BE", "ISO-2022-JP", "")
"""Nobody percent-encodes or escapes these; nor hashes."""
_FEW = (Kind.PIN, Kind.CERTIFICATE_NUMBER, Kind.BIRTH_DATE, Kind.CARD_NUMBER)
"""Kinds that are written in many forms: each in the encodings that programs use."""
_VERIFY = (0x00, 0x20, 0x00, 0x80)
_MARKS = "\"'=: "
"""What stands before a number that is somebody's: seven digits alone would be found in any longer number."""
HASHES: dict[str, Callable[[bytes], bytes]] = {
    "SHA-256": lambda octets: hashlib.sha256(octets).digest(),
    "SHA-1": lambda octets: hashlib.sha1(octets, usedforsecurity=False).digest(),
    "MD5": lambda octets: hashlib.md5(octets, usedforsecurity=False).digest(),
}
HASHED = {Kind.PIN, Kind.PASSWORD, Kind.PERSONAL_NUMBER}
"""An unsalted hash of so few digits is the value: it is found by trying."""


class Written(NamedTuple):
    """A canary as it may stand somewhere: the octets, and in which encoding.

    `alone`: it counts only where no digit or hexadecimal letter touches it, and only as it stands, not squeezed.
    """

    canary: Canary
    octets: bytes
    encoding: str
    alone: bool = False


def writings(canary: Canary) -> Iterator[Written]:
    """Yield every way of writing a canary that is long enough to be known; no octets twice."""
    seen: set[bytes] = set()
    for octets, encoding, alone in _all(canary):
        kept = octets[-LONGEST:]
        if len(kept) >= SHORTEST and kept not in seen:
            seen.add(kept)
            yield Written(canary, kept, encoding, alone)


def _all(canary: Canary) -> Iterator[tuple[bytes, str, bool]]:
    if canary.octets:
        yield from ((octets, name, False) for octets, name in _wrapped(canary.octets, "binary"))
        return
    if canary.kind in HASHED:
        for name, digest in HASHES.items():
            yield from ((octets, f"{name}, {how}", False) for octets, how in _wrapped(digest(canary.text.encode()), ""))
    if canary.kind is Kind.PIN:
        command = bytes((*_VERIFY, len(canary.text))) + canary.text.encode()
        yield from ((octets, f"VERIFY, {how}", False) for octets, how in _wrapped(command, ""))
    alone = canary.kind in (Kind.BIRTH_DATE, Kind.CERTIFICATE_NUMBER, Kind.PIN)
    for text in forms(canary):
        spoken = _in_few(text, canary.kind) if canary.kind in _FEW else _encoded(text)
        for octets, encoding in spoken:
            yield octets, encoding, alone and encoding == "UTF-8"


def forms(canary: Canary) -> list[str]:
    """Return the texts that a value is written as."""
    return FORMS[canary.kind](canary.text) if canary.kind in FORMS else [canary.text]


def _pins(text: str) -> list[str]:
    return [f"{word}{joint}{text}" for word in _PIN_WORDS for joint in _PIN_JOINTS]


def _names(text: str) -> list[str]:
    return [text, text.replace("　", ""), text.replace("　", " ")]


def _addresses(text: str) -> list[str]:
    return [text, normalize("NFKC", text), text.replace("　", "")]


def _digits(text: str) -> list[str]:
    return [text, _full_width(text)]


def _certificate_numbers(text: str) -> list[str]:
    padded = text.zfill(len(text) + len(text) % 2)
    coloned = ":".join(padded[at : at + 2] for at in range(0, len(padded), 2))
    plain = dict.fromkeys((text, text.upper(), padded, padded.upper(), str(int(text, 16)), coloned, coloned.upper()))
    marked = (f"{mark}{each}" for each in plain for mark in _MARKS if len(each) < SHORTEST)
    return [*(each for each in plain if len(each) >= SHORTEST), *marked, f"0x{text}", f"0x{text.upper()}"]


def _dates(text: str) -> list[str]:
    day = date.fromisoformat(text)
    era, year = era_at(day)
    japanese = [f"{day.year}年{day.month}月{day.day}日", f"{era.japanese}{year}年{day.month}月{day.day}日"]
    padded = [f"{day.year}年{day:%m}月{day:%d}日", f"{era.japanese}{year:02}年{day:%m}月{day:%d}日"]
    digits = f"{day:%Y%m%d}"
    plain = [digits, *(day.strftime(f"%Y{mark}%m{mark}%d") for mark in "-/."), _full_width(digits)]
    return [*plain, *japanese, *padded]


FORMS: dict[Kind, Callable[[str], list[str]]] = {
    Kind.PIN: _pins,
    Kind.PASSWORD: lambda text: [text, text.lower()],
    Kind.NAME: _names,
    Kind.ADDRESS: _addresses,
    Kind.PERSONAL_NUMBER: _digits,
    Kind.CARD_NUMBER: _digits,
    Kind.BIRTH_DATE: _dates,
    Kind.CERTIFICATE_NUMBER: _certificate_numbers,
}


def _in_few(text: str, kind: Kind) -> Iterator[tuple[bytes, str]]:
    """Yield a text as programs write what has many forms already."""
    octets = text.encode()
    yield octets, "UTF-8"
    yield from ((_base64_core(octets, skipped), "base64 of UTF-8") for skipped in range(3))
    if kind is Kind.PIN:
        return  # fifty words for it are enough
    yield from (
        (octets.hex().encode(), "hexadecimal of UTF-8"),
        (octets.hex().upper().encode(), "hexadecimal of UTF-8"),
    )
    yield from ((text.encode(CHARSETS[name]), name) for name in ("UTF-16LE", "UTF-16BE", "Shift_JIS"))


def _encoded(text: str) -> Iterator[tuple[bytes, str]]:
    """Yield a text in each character set that has all of it, in each wrapping; then as escapes of its characters."""
    for name, codec in CHARSETS.items():
        try:
            octets = text.encode(codec)
        except UnicodeEncodeError:
            continue
        octets = octets.removeprefix(_TO_KANJI).removesuffix(_TO_ASCII)
        yield from _wrapped(octets, name)
    if not text.isascii():
        units = [text.encode("utf-16-be")[at : at + 2].hex() for at in range(0, 2 * len(text), 2)]
        for style in (str.lower, str.upper):
            escaped = "".join(rf"\u{style(unit)}" for unit in units)
            yield escaped.encode(), r"\u escapes"
            yield escaped.replace("\\", "\\\\").encode(), r"\u escapes, twice"
            yield "".join(f"&#x{style(f'{ord(each):x}')};" for each in text).encode(), "HTML references"
        yield "".join(f"&#{ord(each)};" for each in text).encode(), "HTML references"


def _wrapped(octets: bytes, charset: str) -> Iterator[tuple[bytes, str]]:
    """Yield octets as they are, and as hexadecimal, base64, percent-encoded and escaped text."""
    named = (lambda how: f"{how} of {charset}") if charset else (lambda how: how)
    yield octets, charset or "binary"
    yield octets.hex().encode(), named("hexadecimal")
    yield octets.hex().upper().encode(), named("hexadecimal")
    for skipped in range(3):
        core = _base64_core(octets, skipped)
        yield core, named("base64")
        yield core.translate(_URL_SAFE), named("base64url")
        yield core.replace(b"+", b"%2B").replace(b"/", b"%2F"), named("base64, percent-encoded")
        yield core.replace(b"/", rb"\/"), named("base64 in JSON")
    quoted = quote_from_bytes(octets, safe="")
    if charset not in _SELDOM and quoted.encode() != octets:
        yield quoted.encode(), named("percent-encoding")
        yield _lower_percent(quoted), named("percent-encoding")
        yield quote_from_bytes(octets, safe=" :/=,").replace("%", "=").encode(), named("quoted-printable")
        yield b"".join(_ESCAPES[each] for each in octets), named(r"\x escapes")
        yield b"".join(_OCTAL[each] for each in octets), named("octal escapes")


def _base64_core(octets: bytes, skipped: int) -> bytes:
    """Return the characters of base64 that depend on nothing but `octets` when so many octets stand before them."""
    text = base64.b64encode(bytes(skipped) + octets)
    return text[-(-8 * skipped // 6) : 8 * (skipped + len(octets)) // 6]


@cache
def _full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def _lower_percent(quoted: str) -> bytes:
    head, *parts = quoted.split("%")
    return (head + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts)).encode()


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_ESCAPES = [bytes((each,)) if 0x20 <= each < 0x7F else rf"\x{each:02x}".encode() for each in range(256)]
_OCTAL = [bytes((each,)) if 0x20 <= each < 0x7F else rf"\{each:03o}".encode() for each in range(256)]

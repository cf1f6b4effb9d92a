"""Every encoding is found wherever it stands: the octets are made by programs that share nothing with the search."""

import base64
import codecs
import gzip
import html
import json
import quopri
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from conformance.privacy.canary import Canary, Kind, planted, planted_pins
from conformance.privacy.finder import Finder
from conformance.privacy.scan import Hit, Octets, scan
from conformance.privacy.written import writings

NAME, ADDRESS = "標本　樺椎楢", "試験県葵市本町３丁目１２番地　榎楢橡梓荘"
CANARIES = (
    Canary(Kind.NAME, "a/case", NAME),
    Canary(Kind.ADDRESS, "a/case", ADDRESS),
    Canary(Kind.PERSONAL_NUMBER, "a/case", "999948615174"),
    Canary(Kind.BIRTH_DATE, "a/case", "1985-03-09"),
    Canary(Kind.PASSWORD, "a/case", "KZQ7WXR2M8NPHT47"),
    Canary(Kind.PIN, "a/case", "5821"),
    Canary(Kind.CARD_NUMBER, "a/case", "0000000117440512"),
    Canary(Kind.CERTIFICATE_NUMBER, "a/case", "70000ab"),
    Canary(Kind.CERTIFICATE, "a/case", octets=bytes(range(100, 148))),
)


@pytest.fixture(scope="module")
def finder() -> Finder:
    """One that knows all of them."""
    return Finder(each for canary in CANARIES for each in writings(canary))


def found(finder: Finder, octets: bytes) -> set[Kind]:
    """The kinds that are found."""
    return {hit.written.canary.kind for hit in hits(finder, octets)}


def hits(finder: Finder, octets: bytes) -> list[Hit]:
    """What is found."""
    return list(scan(finder, Octets(octets)))


def run(*command: str, given: bytes) -> bytes:
    """What a program makes of octets."""
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


CHARSETS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "shift_jis", "euc_jp", "iso2022_jp")
WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda octets: octets,
    "hex": codecs.getencoder("hex"),  # type: ignore[dict-item]
    "HEX": lambda octets: octets.hex().upper().encode(),
    "hex in pairs": lambda octets: octets.hex(" ").encode(),
    "hex with colons": lambda octets: octets.hex(":").upper().encode(),
    "base64": base64.b64encode,
    "base64 behind one octet": lambda octets: base64.b64encode(b"x" + octets + b"yz"),
    "base64 behind two octets": lambda octets: base64.b64encode(b"xy" + octets + b"z"),
    "base64 in lines": lambda octets: base64.encodebytes(b"before " * 9 + octets + b" after" * 9),
    "base64url": base64.urlsafe_b64encode,
    "gzip": gzip.compress,
    "zlib": lambda octets: zlib.compress(octets, 9),
    "gzip of gzip": lambda octets: gzip.compress(gzip.compress(octets)),
}
WRAPPERS["hex"] = lambda octets: codecs.encode(octets, "hex")


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize(("text", "kind"), [(NAME, Kind.NAME), (ADDRESS, Kind.ADDRESS)])
def test_text_is_found_in_every_character_set_and_wrapping(
    text: str, kind: Kind, charset: str, wrapper: str, finder: Finder
) -> None:
    """Alone, and in the middle of other text in the same character set."""
    written = WRAPPERS[wrapper](text.encode(charset))
    assert kind in found(finder, b"\x00{" + written + b"}\x00" * 3)


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"name": NAME}).encode(),
        json.dumps(json.dumps({"name": NAME})).encode(),
        json.dumps({"name": NAME}).replace("\\u", "\\U").lower().encode(),
        json.dumps({"name": NAME}).upper().replace("\\U", "\\u").encode(),
        f"GET /?q={quote(NAME)}".encode(),
        f"GET /?q={quote(NAME).lower()}".encode(),
        f"GET /?q={quote(NAME, encoding='cp932')}".encode(),
        f"GET /?q={quote(NAME, encoding='euc_jp')}".encode(),
        NAME.encode("ascii", "xmlcharrefreplace"),
        "".join(f"&#x{ord(each):X};" for each in NAME).encode(),
        repr(NAME.encode()).encode(),
        repr(NAME.encode("cp932")).encode(),
        quopri.encodestring(NAME.encode()),
        NAME.replace("　", " ").encode(),
        NAME.replace("　", "").encode("cp932"),
        "\ufeff".encode("utf-16-le") + f"name={NAME}\r\n".encode("utf-16-le"),
    ],
    ids=lambda written: repr(written[:24]),
)
def test_name_is_found_escaped(written: bytes, finder: Finder) -> None:
    """As JSON, in addresses, as HTML, as a program prints octets, in mail."""
    assert Kind.NAME in found(finder, b"2026-11-22 INFO " + written + b"\n")


@pytest.mark.parametrize(
    "written",
    ["999948615174", "9999-4861-5174", "9999 4861 5174", "９９９９４８６１５１７４", "9999 4861\n5174"],
)
def test_personal_number_is_found_with_and_without_separators(written: str, finder: Finder) -> None:
    """As people write it."""
    assert Kind.PERSONAL_NUMBER in found(finder, f"number: {written};".encode())


@pytest.mark.parametrize(
    "written",
    [
        "19850309",
        "1985-03-09",
        "1985-03-09T00:00:00Z",
        "1985/03/09",
        "１９８５０３０９",
        "1985年3月9日",
        "昭和60年3月9日",
        "昭和60年03月09日",
    ],
)
def test_birth_date_is_found_as_it_is_written(written: str, finder: Finder) -> None:
    """In the calendar of either."""
    assert Kind.BIRTH_DATE in found(finder, f"born {written} in".encode())


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ('{"pins": ["5821"]}', Kind.PIN),
        ("PIN=5821\n", Kind.PIN),
        ("暗証番号: 5821", Kind.PIN),
        ("> 00 20 00 80 04 35 38 32 31", Kind.PIN),
        ("> 002000800435383231", Kind.PIN),
        (base64.b64encode(b'{"pin":"5821"}').decode(), Kind.PIN),
        ("kzq7wxr2m8npht47", Kind.PASSWORD),
        ('serial="70000ab"', Kind.CERTIFICATE_NUMBER),
        ("serial 0x70000AB.", Kind.CERTIFICATE_NUMBER),
        ("serial 117440683,", Kind.CERTIFICATE_NUMBER),
        ("serial 07:00:00:AB", Kind.CERTIFICATE_NUMBER),
        ("card 0000000117440512", Kind.CARD_NUMBER),
    ],
)
def test_short_values_are_found_in_their_longer_form(written: str, kind: Kind, finder: Finder) -> None:
    """A PIN beside its word or in its command; a number between marks."""
    assert kind in found(finder, written.encode())


@pytest.mark.parametrize(
    "written",
    ["5821", "pin 58210", "x=170000ab", "id=70000abc", "a1985030977", "time=198503091200", "/70000ab"],
)
def test_what_only_looks_like_a_short_value_is_not_taken_for_it(written: str, finder: Finder) -> None:
    """Digits touch it, or nothing says what it is."""
    assert found(finder, written.encode()) == set()


@pytest.mark.parametrize("digest", ["sha256", "sha1", "md5"])
@pytest.mark.parametrize(("value", "kind"), [("5821", Kind.PIN), ("999948615174", Kind.PERSONAL_NUMBER)])
def test_unsalted_hash_of_few_digits_is_the_value(value: str, kind: Kind, digest: str, finder: Finder) -> None:
    """It is found by trying; the digest is OpenSSL's."""
    written = run("openssl", "dgst", f"-{digest}", "-hex", given=value.encode())
    assert kind in found(finder, written)


def test_key_of_a_certificate_is_found_within_lines_of_pem(finder: Finder) -> None:
    """OpenSSL breaks the lines; a log escapes them."""
    pem = run("openssl", "base64", given=bytes(41) + bytes(range(100, 148)) + bytes(30))
    assert Kind.CERTIFICATE in found(finder, pem)
    assert Kind.CERTIFICATE in found(finder, json.dumps({"pem": pem.decode()}).encode())


@pytest.mark.skipif(shutil.which("iconv") is None, reason="no iconv here")
@pytest.mark.parametrize("charset", ["SHIFT_JIS", "EUC-JP", "ISO-2022-JP", "UTF-16LE"])
def test_another_library_s_character_sets_are_the_same(charset: str, finder: Finder) -> None:
    """The C library's iconv, whose tables are not Python's."""
    written = run("iconv", "-f", "UTF-8", "-t", charset, given=f"氏名：{NAME} 様".encode())
    assert Kind.NAME in found(finder, written)


def test_zip_member_is_found(finder: Finder, tmp_path: Path) -> None:
    """Deflated; and one that is only stored."""
    with ZipFile(tmp_path / "logs.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("app.log", f"x{NAME}\n" * 3)
        archive.writestr("app.json", json.dumps({"a": html.escape(ADDRESS)}))
    assert found(finder, (tmp_path / "logs.zip").read_bytes()) >= {Kind.NAME, Kind.ADDRESS}


def test_pages_of_sqlite_are_searched_and_what_was_deleted_too(finder: Finder, tmp_path: Path) -> None:
    """A row that is gone stays in the page until something else is written there."""
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("PRAGMA secure_delete=OFF")  # SQLite's default; Debian's is another
        database.execute("CREATE TABLE a (b TEXT)")
        database.executemany("INSERT INTO a VALUES (?)", [("first",), (ADDRESS,), ("last",)])
        database.commit()
        database.execute("DELETE FROM a WHERE b = ?", (ADDRESS,))
        database.commit()
        assert database.execute("SELECT count(*) FROM a").fetchone() == (2,)
    assert Kind.ADDRESS in found(finder, (tmp_path / "a.db").read_bytes())


def test_encoding_and_offset_are_told(finder: Finder) -> None:
    """Of the place itself; of what is packed, where the packed member begins."""
    (hit,) = hits(finder, b"." * 50 + "標本樺椎楢".encode("cp932"))
    assert (hit.at, hit.written.encoding, hit.packed) == (50, "Shift_JIS", ())
    packed = hits(finder, b"." * 70 + gzip.compress(NAME.encode() * 4))
    assert {(hit.at, hit.packed) for hit in packed} == {(70, ("gzip at 70",))}


def test_no_pattern_is_shorter_than_eight_octets() -> None:
    """Less comes by chance."""
    assert min(len(each.octets) for canary in CANARIES for each in writings(canary)) >= 8


def test_what_is_planted_differs_from_case_to_case() -> None:
    """Names, addresses and passwords of a whole catalogue; PINs are four digits and may meet."""
    cases = [f"chapter/case-{number}" for number in range(400)]
    for field in ("name", "address"):
        assert len({planted(7, case)[field] for case in cases}) == len(cases)
    assert len({planted_pins(7, case).sign for case in cases}) == len(cases)
    assert planted(7, "a/b") == planted(7, "a/b") != planted(8, "a/b")

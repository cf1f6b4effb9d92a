"""券面事項確認AP beyond the tap (spec/card.md §2.3, §3): face record, number image, 照合番号."""

import hashlib
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto.algos import DigestInfo

from cardsim.applications.visual_records import Images
from cardsim.personalise import IssuedFiles, personalise
from cardsim.placeholder_images import placeholder_images
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from tests.cardsim import openssl
from tests.cardsim.conftest import HOLDER, SERIAL, Keys, ask, powered, with_options
from tests.cardsim.test_text_application import read

VISUAL = "00A4040C0AD3921000310001010402"
BIRTH, CODE_A, CODE_B = (
    "0020009106353530323137",
    "002000930C393939393030303030303131",
    "002000920E3535303231373230333532323835",
)
IMAGES = Images(name=b"N" * 100, address=b"A" * 300, photo=b"P" * 4000, number=b"I" * 90, security_code=b"S" * 70)


@pytest.fixture
def visual(issued: IssuedFiles) -> InsertedCard:
    """A card with images that can be told apart, the application selected."""
    card = powered(personalise(HOLDER, replace(issued, images=lambda _: IMAGES), serial=SERIAL))
    assert ask(card, VISUAL) == ["9000"]
    return card


@pytest.mark.parametrize(
    ("sfi", "opened_by"),
    [
        (0x01, {"birth"}), (0x02, {"A", "B"}), (0x03, {"", "birth", "A", "B"}), (0x04, {"", "birth", "A", "B"}),
        (0x05, {"A"}), (0x06, {"A", "B"}), (0x1C, set()), (0x1E, set()),
    ],
)  # fmt: skip
def test_who_opens_what(issued: IssuedFiles, sfi: int, opened_by: set[str]) -> None:
    """The table of §2.3: the birth date opens its record alone, the number's image opens with 照合番号A alone."""
    for name, verify in {"": "00200091", "birth": BIRTH, "A": CODE_A, "B": CODE_B}.items():
        answers = ask(with_options(issued, Options()), VISUAL, verify, f"00B0{0x80 | sfi:02X}0001")
        assert answers[1] == ("9000" if name else "63CA")
        assert (answers[2][-4:] == "9000") == (name in opened_by), name
        assert answers[2][-4:] in {"9000", "6982"}


def objects_of(record: bytes, start: int) -> dict[int, bytes]:
    """Two-byte tags to whole objects, by a reader that is not the card's: lengths `xx` or `82 hi lo`."""
    found = {}
    while start < len(record) and record[start : start + 2] != b"\xff\xff":
        long = record[start + 2] == 0x82
        assert long or record[start + 2] < 0x80
        length = int.from_bytes(record[start + 3 : start + 5], "big") if long else record[start + 2]
        end = start + (5 if long else 3) + length
        found[int.from_bytes(record[start : start + 2], "big")] = record[start:end]
        start = end
    return found


def test_face_record(visual: InsertedCard, keys: Keys, tmp_path: Path) -> None:
    """EF 0002: nine offsets that point at DF22 to DF2A, and a signature over three hashes in one DigestInfo."""
    ask(visual, CODE_B)
    record = read(visual, 2)
    assert record[:3] == bytes.fromhex("FF2082")
    assert len(record) == 5 + int.from_bytes(record[3:5], "big") + 2
    objects = objects_of(record, 5)
    assert list(objects) == list(range(0xDF21, 0xDF2B))
    table = objects[0xDF21]
    assert table[:3] == bytes.fromhex("DF2112")
    offsets = [int.from_bytes(table[at : at + 2], "big") for at in range(3, 21, 2)]
    assert [record[offset : offset + 2].hex() for offset in offsets] == [f"df{low:02x}" for low in range(0x22, 0x2B)]
    assert objects[0xDF22] == bytes.fromhex("DF2208") + b"19800217"
    assert objects[0xDF23] == bytes.fromhex("DF2301") + b"1"
    assert objects[0xDF24][:14] == bytes.fromhex("DF24820109900301000191820100")
    assert [objects[tag][3:4] for tag in (0xDF25, 0xDF2A)] == [b"N", b"S"]
    assert (objects[0xDF26][5:], objects[0xDF27][5:]) == (IMAGES.address, IMAGES.photo)
    assert objects[0xDF29] == bytes.fromhex("DF2908") + b"20350217"
    signed = DigestInfo.load(openssl.recovered(tmp_path, keys.auth.public_key(), objects[0xDF28][5:]), strict=True)
    assert signed["digest_algorithm"]["algorithm"].native == "sha256"
    hashes = [
        hashlib.sha256(b"".join(objects[tag] for tag in part)).digest()
        for part in ((0xDF22, 0xDF23, 0xDF24), (0xDF25, 0xDF26), (0xDF27,))
    ]
    assert signed["digest"].native == b"".join(hashes)


def test_photo_that_does_not_fit(issued: IssuedFiles) -> None:
    """Offsets end at 7FFF: a photo beyond is refused with the way out, when the record is made."""
    card = powered(personalise(HOLDER, replace(issued, images=lambda _: replace_photo(0x8000)), serial=SERIAL))
    ask(card, VISUAL, CODE_B)
    with pytest.raises(ValueError, match="smaller photo"):
        ask(card, "00B0820000")


def replace_photo(size: int) -> Images:
    """The images with a photo of that size."""
    return Images(IMAGES.name, IMAGES.address, b"P" * size, IMAGES.number, IMAGES.security_code)


def test_number_image(visual: InsertedCard, keys: Keys, tmp_path: Path) -> None:
    """EF 0005: `FF40 {DF41 PNG, DF42 key, DF43}`; DF43 signs the two objects as stored."""
    ask(visual, CODE_A)
    record = read(visual, 5)
    objects = objects_of(record, 5)
    assert list(objects) == [0xDF41, 0xDF42, 0xDF43]
    assert objects[0xDF41] == bytes.fromhex("DF415A") + IMAGES.number
    signed, signature = objects[0xDF41] + objects[0xDF42], objects[0xDF43][5:]
    assert openssl.accepts(tmp_path, keys.auth.public_key(), signed, signature)


def test_information(visual: InsertedCard) -> None:
    """EF 0003: version, key-id, record version, the five digits of the municipality, a key-id with 256 bytes."""
    objects = objects_of(read(visual, 3), 5)
    assert [each.hex() for each in (objects[0xDF31], objects[0xDF34])] == ["df310406030e01", "df3405" + b"48201".hex()]
    assert objects[0xDF32] == bytes.fromhex("DF3210") + b"6000023\x08\x05001\x00\x00\x00\x00"
    assert (len(objects[0xDF33]), len(objects[0xDF35])) == (4, 5 + 0x110)


def test_references(visual: InsertedCard) -> None:
    """Ten tries each; two references of unknown meaning answer a query; none of them can be changed."""
    queries = ["00200091", "00200092", "00200093", "00200094", "00200095"]
    assert ask(visual, *queries) == ["63CA", "63CA", "63CA", "63C0", "63C0"]
    assert ask(visual, CODE_A, "002401930C393939393030303030303131") == ["9000", "6982"]


def test_counters_of_the_two_applications_are_apart(visual: InsertedCard) -> None:
    """照合番号A has a counter in each application: a wrong one here costs nothing there."""
    assert ask(visual, "002000930C393939393030303030303132", "00A4040C0AD3921000310001010408", "00200094") == [
        "63C9", "9000", "63CA",
    ]  # fmt: skip


def test_placeholder_png() -> None:
    """A PNG of one bit: its chunks by hand from the W3C recommendation, and as many rows as it says."""
    for image, size in ((placeholder_images().number, (72, 12)), (placeholder_images().security_code, (24, 12))):
        assert image[:16] == b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
        assert (int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")) == size
        assert image[24:29] == bytes([1, 0, 0, 0, 0])
        assert int.from_bytes(image[29:33], "big") == zlib.crc32(image[12:29])
        length = int.from_bytes(image[33:37], "big")
        assert zlib.decompress(image[41 : 41 + length]) == (b"\x00" + b"\xff" * (size[0] // 8)) * size[1]
        assert image[-12:] == bytes.fromhex("0000000049454E44AE426082")


def test_placeholder_photo_says_what_it_is() -> None:
    """A JP2 by its first box, as clients look for it, and labelled as nobody's picture."""
    photo = placeholder_images().photo
    assert photo.startswith(bytes.fromhex("0000000C6A5020200D0A870A"))
    assert b"placeholder" in photo


@pytest.mark.skipif(shutil.which("opj_decompress") is None, reason="opj_decompress (libopenjp2-tools) is not installed")
def test_openjpeg_reads_the_photo(tmp_path: Path) -> None:
    """OpenJPEG decodes the placeholder: 192 by 240, grey throughout."""
    (tmp_path / "photo.jp2").write_bytes(placeholder_images().photo)
    subprocess.run(
        ["opj_decompress", "-i", "photo.jp2", "-o", "photo.pgm"], cwd=tmp_path, check=True, capture_output=True
    )
    picture = (tmp_path / "photo.pgm").read_bytes()
    assert b"\n192 240\n255\n" in picture
    assert picture[-192 * 240 :] == b"\x80" * (192 * 240)

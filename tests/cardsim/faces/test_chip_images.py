"""The images of the 券面事項確認AP have the formats and sizes of spec/card.md §2.3, by other programs' word."""

import io
import re
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from cardsim.faces.chip_images import images_of, photo_of
from cardsim.faces.digit_images import digits_image
from cardsim.faces.typeface import Typeface
from cardsim.options import ImageSizes
from tests.cardsim.faces.programs import run, run_binary, saved
from tests.cardsim.faces.samples import HARD, PLAIN, cards


def header_of(png: bytes) -> tuple[int, int, int, int]:
    """Width, height, bit depth and colour type of a PNG (W3C PNG §11.2.1)."""
    assert png[:8] == bytes.fromhex("89504E470D0A1A0A")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24]), png[24], png[25]


def test_digit_images_have_the_measured_sizes(japanese: Typeface) -> None:
    """DF2A is 24 × 12, DF41 is 72 × 12, 1 bit, greyscale (spec/card.md §2.3)."""
    images = images_of(PLAIN, japanese)
    assert header_of(images.security_code) == (24, 12, 1, 0)
    assert header_of(images.number) == (72, 12, 1, 0)


@pytest.mark.parametrize("sizes", [ImageSizes(), ImageSizes(name=(300, 30), address=(320, 60), photo=(160, 200))])
def test_unknown_sizes_are_parameters(japanese: Typeface, tmp_path: Path, sizes: ImageSizes) -> None:
    """Name and address are 1-bit PNG, the photo a greyscale JP2 of one component, in the size asked for."""
    images = images_of(PLAIN, japanese, sizes)
    assert header_of(images.name) == (*sizes.name, 1, 0)
    assert header_of(images.address) == (*sizes.address, 1, 0)
    bits = run_binary("pngtopnm", saved(images.name, tmp_path / "name.png"))
    assert bits.startswith(b"P4\n")
    assert any(bits[20:]), "something is written"
    assert images.photo[:12] == bytes.fromhex("0000000C 6A502020 0D0A870A")
    told = run("opj_dump", "-i", saved(images.photo, tmp_path / "photo.jp2"))
    across, down = sizes.photo
    assert f"x1={across}, y1={down}" in told
    assert "numcomps=1" in told
    grey = tmp_path / "photo.pgm"
    run("opj_decompress", "-i", str(tmp_path / "photo.jp2"), "-o", str(grey))
    head = re.sub(rb"#[^\n]*\n", b"", grey.read_bytes()[:80])
    assert head.split()[:4] == [b"P5", str(across).encode(), str(down).encode(), b"255"]


def test_face_record_stays_within_its_offsets(japanese: Typeface) -> None:
    """Offsets of EF 0002 go up to 7FFF: with the longest texts the images are a third of that."""
    images = images_of(replace(HARD, name="鬱" * 100, address="鬱" * 200), japanese)
    assert 1000 < len(images.photo) < 6000
    assert len(images.name) + len(images.address) + len(images.photo) < 0x3000


def test_photo_follows_from_its_seed() -> None:
    """One person one face, another person another."""
    assert photo_of("1", (192, 240), 16) == photo_of.__wrapped__("1", (192, 240), 16)
    assert len({photo_of(str(seed), (192, 240), 16) for seed in range(40)}) == 40


def test_digits_differ() -> None:
    """Ten digits, ten pictures, each with the margin of a column."""
    pictures = {digits_image(digit).tobytes() for digit in "0123456789"}
    assert len(pictures) == 10
    assert all(digits_image("8").getpixel((5, row)) for row in range(12))


def test_number_image_can_be_read(tmp_path: Path, japanese: Typeface) -> None:
    """Three times as large and smoothed, an OCR program reads the twelve digits of nine cards in ten."""
    right = 0
    for card in cards(10, seed=9):
        bits = run_binary("pngtopnm", saved(images_of(card, japanese).number, tmp_path / "number.png"))
        with Image.open(io.BytesIO(bits)) as small:
            white = ImageOps.expand(small.convert("L"), 12, 255)
        large = tmp_path / "large.png"
        white.resize((white.width * 3, white.height * 3), Image.Resampling.BILINEAR).save(large)
        digits = ("-c", "tessedit_char_whitelist=0123456789")
        said = run("tesseract", str(large), "-", "--psm", "7", *digits, "--dpi", "300")
        right += "".join(said.split()) == card.number
    assert right >= 9


def test_boxes_are_reported(japanese: Typeface) -> None:
    """Who personalises a card is told which characters of name and address the font lacks."""
    assert images_of(HARD, japanese).boxed
    assert images_of(PLAIN, japanese).boxed == ()


def test_images_of_a_card_cost_little(japanese: Typeface) -> None:
    """Thirty milliseconds of processor time a card at most, in the median: half of what is allowed is what it takes."""
    images_of(PLAIN, japanese)
    spent = []
    for number in range(25):
        card = replace(PLAIN, number=f"9999{number:08d}", name=f"試験　{chr(0x5000 + number)}郎")
        start = time.process_time()
        images_of(card, japanese)
        spent.append(time.process_time() - start)
    assert statistics.median(spent) < 0.03

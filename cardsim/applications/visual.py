"""券面事項確認AP: what is printed on the card, signed; spec/card.md §2.3, §3 (MC, JSA), spec/pki.md §5.

The birth record (EF 0001) opens with the birth date as a key, the face record with 照合番号A or B, the image of the
個人番号 with 照合番号A alone; the card-verifiable certificate (EF 0004) is free, and key 001A signs without any PIN.
"""

from collections.abc import Callable
from functools import partial

import msgspec

from cardsim.applications import visual_records as records
from cardsim.applications.references import code_a, code_b, unknown_files, unknown_reference
from cardsim.applications.text import FILLED, key_name_of
from cardsim.files import Application, DeferredFile, File, SigningKey, build_application
from cardsim.options import STANDARD_OPTIONS, ImageSizes, Options
from cardsim.pins import Pin, PinFormat
from cardsim.records import RecordSigner

AID = bytes.fromhex("D3921000310001010402")
BIRTH_RECORD = 0x0001
FACE_RECORD = 0x0002
INFORMATION = 0x0003
CVC = 0x0004
NUMBER_IMAGE = 0x0005
FILLER_FILE = 0x0006
BIRTH_KEY = 0x0011
CODE_B = 0x0012
CODE_A = 0x0013
CHIP_KEY = 0x001A
UNKNOWN_REFERENCES = (0x14, 0x15)
"""Selected and asked for their tries by one client, meaning unknown (§2.3)."""
UNKNOWN = (0x1C, 0x1E)

CVC_SIZE = 568
"""Size of a card-verifiable certificate; two clients demand it exactly (spec/card.md §2.2)."""


class VisualContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the application."""

    birth_record: bytes
    cvc: bytes
    chip_key: bytes
    birth_digits: bytes
    face: records.Face
    images: Callable[[ImageSizes], records.Images]
    sign_record: RecordSigner
    """By the key that `cvc` certifies: the municipality's."""
    number: str
    code_b: bytes
    municipality_code: str


def build_visual(content: VisualContent, options: Options = STANDARD_OPTIONS) -> Application:
    """The application as a table. Face and number records are made when first read."""
    filling = _filling(options)
    information = records.information_record(key_name_of(content.cvc), content.municipality_code, options)
    return build_application(
        AID,
        "券面事項確認AP",
        (
            File(BIRTH_RECORD, "生年月日", content.birth_record + filling, (BIRTH_KEY,)),
            DeferredFile(FACE_RECORD, "券面", partial(_face, content, options), (CODE_B, CODE_A)),
            File(INFORMATION, "AP基本情報", information + filling),
            File(CVC, "CV証明書", content.cvc),
            DeferredFile(NUMBER_IMAGE, "個人番号画像", partial(_number_image, content, options), (CODE_A,)),
            File(FILLER_FILE, "不明 0006", FILLED, (CODE_B, CODE_A)),
            Pin(
                BIRTH_KEY, "生年月日読出用照合番号", PinFormat.BIRTH_DIGITS, options.birth_tries,
                content.birth_digits, "visual.birth", changeable=False,
            ),
            code_b(CODE_B, content.code_b, "visual", options),
            code_a(CODE_A, content.number, "visual", options),
            SigningKey(CHIP_KEY, "内部認証用秘密鍵", content.chip_key),
            *(_unknown() if options.unknown_files_exist else ()),
        ),
        default_key=CHIP_KEY,
    )  # fmt: skip


def _filling(options: Options) -> bytes:
    return options.visual_filler * bytes([options.filler])


def _face(content: VisualContent, options: Options) -> bytes:
    record = records.face_record(content.face, content.images(options.images), content.sign_record)
    return record + _filling(options)


def _number_image(content: VisualContent, options: Options) -> bytes:
    image, key = content.images(options.images).number, content.face.public_key
    return records.number_image_record(image, key, content.sign_record) + _filling(options)


def _unknown() -> tuple[File | Pin, ...]:
    references = (unknown_reference(fid, f"visual.{fid:04X}") for fid in UNKNOWN_REFERENCES)
    return (*references, *unknown_files(*UNKNOWN))

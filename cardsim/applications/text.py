"""券面事項入力補助AP: 個人番号 and the four attributes as text; spec/card.md §2.2, §3 (MC, MYN).

Who opens what was measured: the number opens with the PIN or 照合番号A, the attributes with the PIN or 照合番号B, the
rest with any of them.
"""

from functools import partial

import msgspec

from cardsim.applications import text_records as records
from cardsim.applications.references import code_a, code_b, four_digits, unknown_files
from cardsim.files import Application, DeferredFile, DeliveryKey, File, SigningKey, build_application
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.pins import Pin, PinFormat
from cardsim.records import RecordSigner

AID = bytes.fromhex("D3921000310001010408")
NUMBER, ATTRIBUTES, INTEGRITY, CVC, INFORMATION, DELIVERY, CHIP_KEY_RECORD, FILLER_FILE = range(0x01, 0x09)
PIN, BLOCKED, CHIP_KEY, CODE_A, CODE_B = range(0x11, 0x16)
UNKNOWN = (0x10, 0x1C, 0x1E)
"""Files that exist and of which nothing is known (§2.2, JSA)."""
ANY = (PIN, CODE_A, CODE_B)
FILLED = 16 * b"\xff"
"""EF 0008; who opens it is unknown (`options.filler_file_free`)."""


class TextContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the application."""

    number: str
    attributes: records.Attributes
    cvc: bytes
    sign_record: RecordSigner
    """By the key that `cvc` certifies."""
    chip_key: bytes
    chip_public_key: bytes
    delivery_key: bytes
    delivery_public_key: bytes
    pin: bytes
    code_b: bytes


def build_text(content: TextContent, options: Options = STANDARD_OPTIONS) -> Application:
    """The application as a table. The two signed records are made when first read."""
    integrity = partial(records.integrity_file, content.number, content.attributes, content.sign_record)
    chip_record = partial(records.chip_key_file, content.chip_public_key, content.sign_record)
    return build_application(
        AID,
        "券面事項入力補助AP",
        (
            File(NUMBER, "個人番号", records.number_file(content.number), (PIN, CODE_A)),
            File(ATTRIBUTES, "基本4情報", records.attributes_file(content.attributes, options), (PIN, CODE_B)),
            DeferredFile(INTEGRITY, "真正性検証情報", integrity, ANY),
            File(CVC, "CV証明書", content.cvc),
            File(INFORMATION, "AP基本情報", records.information_file(key_name_of(content.cvc), options)),
            DeliveryKey(
                DELIVERY, "セッション鍵配送用公開鍵", records.delivery_key_file(content.delivery_public_key), ANY,
                content.delivery_key,
            ),
            DeferredFile(CHIP_KEY_RECORD, "内部認証用公開鍵", chip_record, ANY),
            File(FILLER_FILE, "不明 0008", FILLED, () if options.filler_file_free else ANY),
            four_digits(PIN, "券面事項入力補助用暗証番号", content.pin, "text.pin"),
            Pin(BLOCKED, "常時閉塞", PinFormat.FOUR_DIGITS, 1, None, "text.blocked", changeable=False),
            SigningKey(CHIP_KEY, "内部認証用秘密鍵", content.chip_key),
            code_a(CODE_A, content.number, "text", options),
            code_b(CODE_B, content.code_b, "text", options),
            *(unknown_files(*UNKNOWN) if options.unknown_files_exist else ()),
        ),
        default_key=CHIP_KEY,
    )  # fmt: skip


def key_name_of(cvc: bytes) -> bytes:
    """The key-id of the certifier: the first 16 bytes of the body (§2.2, 0004). That 0005 names this one is assumed."""
    return cvc[10:26]

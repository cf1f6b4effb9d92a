"""Files of the card that are read, by application (spec/card.md §2). The client's own table."""

from typing import Final

import msgspec

from reference_impl.reader.words import Words

SEQUENCE: Final = b"\x30"


class File(msgspec.Struct, frozen=True):
    """One elementary file, and the tag of the object that it begins with."""

    fid: int
    tag: bytes
    name: Words


# 公的個人認証AP, §2.1
SIGN_CERTIFICATE: Final = File(0x0001, SEQUENCE, Words("署名用電子証明書", "signature certificate"))
SIGN_CA_CERTIFICATE: Final = File(0x0002, SEQUENCE, Words("署名用CA証明書", "CA certificate (signature)"))
TOKEN_INFORMATION: Final = File(0x0006, b"", Words("トークン情報", "token information"))
AVAILABILITY: Final = File(0x0008, b"", Words("証明書の有無", "which certificates there are"))
AUTH_CERTIFICATE: Final = File(0x000A, SEQUENCE, Words("利用者証明用電子証明書", "authentication certificate"))
AUTH_CA_CERTIFICATE: Final = File(0x000B, SEQUENCE, Words("利用者証明用CA証明書", "CA certificate (authentication)"))
AUTH_KEY: Final = File(0x0017, b"", Words("利用者証明用秘密鍵", "authentication key"))
SIGN_KEY: Final = File(0x001A, b"", Words("署名用秘密鍵", "signature key"))

# 券面事項入力補助AP, §2.2
NUMBER: Final = File(0x0001, bytes.fromhex("FF10"), Words("個人番号", "個人番号"))
ATTRIBUTES: Final = File(0x0002, bytes.fromhex("FF20"), Words("基本4情報", "four attributes"))
INTEGRITY: Final = File(0x0003, bytes.fromhex("FF30"), Words("真正性検証情報", "integrity record"))
TEXT_INFORMATION: Final = File(0x0005, bytes.fromhex("FF40"), Words("AP基本情報（入力補助）", "information (text)"))
CHIP_KEY_RECORD: Final = File(0x0007, bytes.fromhex("FF50"), Words("内部認証用公開鍵", "chip key record"))

# 券面事項確認AP, §2.3
BIRTH_RECORD: Final = File(0x0001, bytes.fromhex("FF10"), Words("生年月日レコード", "birth record"))
FACE: Final = File(0x0002, bytes.fromhex("FF20"), Words("券面情報", "face of the card"))
VISUAL_INFORMATION: Final = File(0x0003, bytes.fromhex("FF30"), Words("AP基本情報（券面確認）", "information (visual)"))
NUMBER_IMAGE: Final = File(0x0005, bytes.fromhex("FF40"), Words("個人番号画像", "image of the 個人番号"))

CARD_CERTIFICATE: Final = File(0x0004, bytes.fromhex("7F21"), Words("CV証明書", "card-verifiable certificate"))
"""In the text and in the visual application."""
CARD_CERTIFICATE_SIZE: Final = 568
"""Whole, exactly (spec/card.md §2.2)."""

# 条例利用領域, INVENTED (docs/free-area.md)
USER_ID: Final = File(0x0001, b"", Words("利用者ID", "user id"))
EXPIRY: Final = File(0x0002, b"", Words("有効期限", "expiry date"))
COUNTER: Final = File(0x0003, b"", Words("カウンター", "counter"))

"""The next card (次期個人番号カード), as far as its plan is public: two applications, two PINs, P-384. ASSUMED.

Published (spec/card.md §7, final report of the task force of 2024-03-18): ECDSA on a 384-bit curve with SHA-384, four
applications regrouped into two (認証AP: all that needs a PIN; 券面等AP: read with 照合番号), PINs four → two,
certificates valid for ten years, sex not printed. Not published: AIDs, files, commands, formats. Those here are ours,
after today's card, so that a product can be tried for one thing: whether another algorithm, length and AID is a matter
of configuration. That it works with this profile says nothing about the card to come.
"""

import msgspec

from cardsim.applications.jpki import SIGN_TRIES, certificate_file
from cardsim.files import Application, File, SigningKey, build_application
from cardsim.pins import Pin, PinFormat
from cardsim.tlv import build

CONFIDENCE = "assumed"
"""Nothing public was found for identifiers and formats: our choice (DESIGN.md §7)."""
AUTHENTICATION_AID = b"\xf0KAZASHI\x21"
FACE_AID = b"\xf0KAZASHI\x22"
"""Names of the two applications where nobody gives others: unknown (spec/card.md §7)."""
SIGN_CERTIFICATE, SIGN_CA_CERTIFICATE = 0x0001, 0x0002
AUTH_CERTIFICATE, AUTH_CA_CERTIFICATE = 0x000A, 0x000B
AUTH_KEY, AUTH_PIN = 0x0017, 0x0018
SIGN_KEY, SIGN_PASSWORD = 0x001A, 0x001B
ATTRIBUTES, BIRTH_KEY, CHIP_KEY = 0x0002, 0x0011, 0x001A
AUTH_TRIES, BIRTH_TRIES = 3, 10
_ATTRIBUTES, _NAME, _ADDRESS, _BIRTH = 0xFF20, 0xDF22, 0xDF23, 0xDF24


class NextContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the two applications: DER, PKCS#8, PIN values, and who the holder is."""

    auth_certificate: bytes
    auth_ca_certificate: bytes
    auth_key: bytes
    auth_pin: bytes
    sign_certificate: bytes
    sign_ca_certificate: bytes
    sign_key: bytes
    sign_password: bytes
    chip_key: bytes
    birth_digits: bytes
    name: str
    address: str
    birth: str
    """YYYYMMDD."""
    authentication_aid: bytes = AUTHENTICATION_AID
    face_aid: bytes = FACE_AID


def build_authentication(content: NextContent) -> Application:
    """認証AP: both certificates and keys, each behind its PIN; the CA certificates are free."""
    return build_application(
        content.authentication_aid,
        "認証AP（次期・仮定）",
        (
            File(SIGN_CERTIFICATE, "署名用電子証明書", certificate_file(content.sign_certificate), (SIGN_PASSWORD,)),
            File(SIGN_CA_CERTIFICATE, "署名用CA証明書", certificate_file(content.sign_ca_certificate)),
            File(AUTH_CERTIFICATE, "利用者証明用電子証明書", certificate_file(content.auth_certificate), (AUTH_PIN,)),
            File(AUTH_CA_CERTIFICATE, "利用者証明用CA証明書", certificate_file(content.auth_ca_certificate)),
            SigningKey(AUTH_KEY, "利用者証明用秘密鍵", content.auth_key, (AUTH_PIN,)),
            Pin(AUTH_PIN, "暗証番号", PinFormat.FOUR_DIGITS, AUTH_TRIES, content.auth_pin, "next.auth"),
            SigningKey(SIGN_KEY, "署名用秘密鍵", content.sign_key, (SIGN_PASSWORD,)),
            Pin(
                SIGN_PASSWORD, "署名用パスワード", PinFormat.LETTERS_AND_DIGITS, SIGN_TRIES,
                content.sign_password, "next.sign",
            ),
        ),
    )  # fmt: skip


def build_face(content: NextContent) -> Application:
    """券面等AP: name, address and birth date behind what is printed on the card; the chip's key needs nothing."""
    attributes = build(
        _ATTRIBUTES,
        build(_NAME, content.name.encode())
        + build(_ADDRESS, content.address.encode())
        + build(_BIRTH, content.birth.encode()),
    )
    return build_application(
        content.face_aid,
        "券面等AP（次期・仮定）",
        (
            File(ATTRIBUTES, "券面事項", attributes, (BIRTH_KEY,)),
            Pin(
                BIRTH_KEY, "照合番号", PinFormat.BIRTH_DIGITS, BIRTH_TRIES,
                content.birth_digits, "next.face", changeable=False,
            ),
            SigningKey(CHIP_KEY, "内部認証用秘密鍵", content.chip_key),
        ),
        default_key=CHIP_KEY,
    )  # fmt: skip

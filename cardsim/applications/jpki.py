"""公的個人認証AP, the application of the two public-key certificates; spec/card.md §2.1, §3 (OSC, MYN, MC).

A card without a signature certificate (a child's) keeps the files of one: EF 0001 all zero behind a password that was
born blocked, key 001A never filled. No source tells; so both retry queries stay 63Cx, without which OpenSC does not
bind (§3), and nothing of the signature side can ever be used.

In a phone the label is another and the authentication certificate opens with its PIN (§7; for the iPhone assumed).
"""

from functools import lru_cache

import msgspec

from cardsim.applications.references import four_digits, unknown_files, unknown_reference
from cardsim.files import NEVER, Application, File, SigningKey, build_application
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.pins import Pin, PinFormat
from cardsim.profile import Token

AID = bytes.fromhex("D392F000260100000001")
SIGN_CERTIFICATE = 0x0001
SIGN_CA_CERTIFICATE = 0x0002
TOKEN_INFO = 0x0006
AVAILABILITY = 0x0008
AUTH_CERTIFICATE = 0x000A
AUTH_CA_CERTIFICATE = 0x000B
AUTH_KEY = 0x0017
AUTH_PIN = 0x0018
SIGN_KEY = 0x001A
SIGN_PASSWORD = 0x001B

TERMINAL_KEY = 0x0016
UNKNOWN = (0x05, 0x09, 0x19, 0x1C, 0x1E)
"""Files that exist and of which nothing is known; 0009 was never opened by anybody (§2.1, §8)."""
UNKNOWN_REFERENCE = 0x0010
"""Selected and asked for its tries by one client (§2.1)."""

TOKEN_LABELS = {
    Token.CARD: b"JPKIAPICCTOKEN2",
    Token.ANDROID: b"JPKIAPGPSETOKEN",
    Token.IPHONE: b"JPKIAPIOSTOKEN",
}
"""Labels; PYM asserts the card's, the old myna compares it exactly (spec/card.md §2.1)."""
SIGN_TRIES = 5

_PRESENT = b"\x8f"
_ABSENT = b"\x00"
_SERIAL_DIGITS = 16


_TERMINAL_KEY_SLOT = File(TERMINAL_KEY, "特定機関認証用公開鍵", b"", NEVER)
"""Where `80 A2` puts a terminal's key; nothing reads it (spec/card.md §1.3, §2.1)."""


class JpkiContent(msgspec.Struct, frozen=True):
    """What personalisation puts into the application: DER, PKCS#8 and PIN values; None where there is none."""

    serial: str
    auth_certificate: bytes
    auth_ca_certificate: bytes
    auth_key: bytes
    auth_pin: bytes
    sign_ca_certificate: bytes
    sign_certificate: bytes | None
    sign_key: bytes | None
    sign_password: bytes | None
    token: Token = Token.CARD


def build_jpki(content: JpkiContent, options: Options = STANDARD_OPTIONS) -> Application:
    """The application as a table."""
    auth_needs = (AUTH_PIN,) if _hides_certificate(content.token, options) else ()
    presence = (content.sign_certificate is not None, True, options.third_certificate)
    unknown = options.unknown_files_exist
    certificate, key_and_password = _signature_files(content, options)
    return build_application(
        AID,
        "公的個人認証AP",
        (
            *certificate,
            File(SIGN_CA_CERTIFICATE, "署名用CA証明書", _ca_file(content.sign_ca_certificate, options)),
            File(TOKEN_INFO, "トークン情報", token_info(content.serial, content.token)),
            File(AVAILABILITY, "証明書の有無", b"".join(_PRESENT if there else _ABSENT for there in presence)),
            File(
                AUTH_CERTIFICATE, "利用者証明用電子証明書",
                certificate_file(content.auth_certificate, options), auth_needs,
            ),
            File(AUTH_CA_CERTIFICATE, "利用者証明用CA証明書", _ca_file(content.auth_ca_certificate, options)),
            SigningKey(AUTH_KEY, "利用者証明用秘密鍵", content.auth_key, (AUTH_PIN,)),
            four_digits(AUTH_PIN, "利用者証明用暗証番号", content.auth_pin, "jpki.auth"),
            _TERMINAL_KEY_SLOT,
            *(unknown_files(*UNKNOWN) if unknown else ()),
            *((unknown_reference(UNKNOWN_REFERENCE, "jpki.0010"),) if unknown else ()),
            *key_and_password,
        ),
    )  # fmt: skip


def _hides_certificate(token: Token, options: Options) -> bool:
    """Whether the authentication certificate opens with its PIN: so in Android (§2.1), unknown of the iPhone (§7)."""
    return token is Token.ANDROID or (token is Token.IPHONE and options.iphone_certificate_needs_pin)


def _signature_files(content: JpkiContent, options: Options) -> tuple[tuple[File, ...], tuple[SigningKey | Pin, ...]]:
    """Certificate, and key and password, of the signature; on a card without one they are empty, or not there."""
    signs = content.sign_certificate is not None
    if not signs and not options.empty_signature_files:
        return (), ()
    body = certificate_file(content.sign_certificate, options)
    password = content.sign_password if signs else None
    form = PinFormat.LETTERS_AND_DIGITS
    return (
        (File(SIGN_CERTIFICATE, "署名用電子証明書", body, (SIGN_PASSWORD,)),),
        (
            SigningKey(SIGN_KEY, "署名用秘密鍵", content.sign_key or b"", (SIGN_PASSWORD,)),
            Pin(SIGN_PASSWORD, "署名用パスワード", form, SIGN_TRIES, password, "jpki.sign"),
        ),
    )


def require_certificate(der: bytes | None) -> None:
    """ValueError unless the DER begins `30 82` and its length: clients take the size from bytes 2 and 3 (§2.1)."""
    if der is not None and (der[:2] != b"\x30\x82" or len(der) != 4 + int.from_bytes(der[2:4], "big")):
        found = f"{der[:4].hex(' ')} and {len(der)} bytes"
        raise ValueError(f"a certificate file needs DER that begins 30 82 and its length, got {found}")


def certificate_file(der: bytes | None, options: Options = STANDARD_OPTIONS) -> bytes:
    """A certificate EF: DER from offset 0, zeros to 1900 bytes, longer only where the DER is (spec/card.md §2.1)."""
    require_certificate(der)
    if der is None:
        return bytes(options.certificate_file_size)
    return der.ljust(options.certificate_file_size, bytes([options.certificate_filler]))


@lru_cache(maxsize=64)
def _ca_file(der: bytes, options: Options) -> bytes:
    """The file of an authority's certificate, which the cards of its holders share."""
    return certificate_file(der, options)


def token_info(serial: str, token: Token = Token.CARD) -> bytes:
    """EF 0006: CK_TOKEN_INFO of 160 bytes, numbers big-endian (spec/card.md §2.1)."""
    if len(serial) != _SERIAL_DIGITS or not (serial.isascii() and serial.isdigit()):
        raise ValueError(f"a card serial has {_SERIAL_DIGITS} digits, got {serial!r}")
    texts = TOKEN_LABELS[token].ljust(32) + b"1".rjust(32, b"0") + b"E16R01NJ".ljust(16) + serial.encode()
    numbers = (0x0000040D, 1, 0, 1, 0, 16, 6, *(4 * (0xFFFFFFFF,)))
    return texts + b"".join(number.to_bytes(4, "big") for number in numbers) + b"0301" + b"9" * 16

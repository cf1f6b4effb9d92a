"""Where no public source tells, or sources disagree: what a card may do otherwise (spec/card.md §8)."""

from enum import Enum

import msgspec

from cardsim.status import StatusWord


class FciForm(Enum):
    """What SELECT with P2 = 00 answers for an application; the real content is unknown."""

    AID = "aid"
    """`6F len 84 len AID` (spec/card.md §1.3, §8)."""
    EMPTY = "empty"
    """No data."""


class ImageSizes(msgspec.Struct, frozen=True):
    """Pixels across and down of the images whose real sizes nobody published (UNKNOWN, spec/card.md §2.3)."""

    name: tuple[int, int] = (480, 48)
    address: tuple[int, int] = (480, 96)
    photo: tuple[int, int] = (192, 240)
    """22.0 × 27.5 mm at 8.7 pixels a millimetre."""
    photo_rate: int = 16
    """Compression of the JPEG 2000 codestream, so that EF 0002 has several kB as real ones have."""


STANDARD_SIZES = ImageSizes()


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Where no public source tells, or sources disagree: one choice each, with the default of spec/card.md §8."""

    # What commands answer, and what becomes of the session
    blocked_attempt: StatusWord = StatusWord.REFERENCE_BLOCKED
    """A VERIFY against a blocked PIN: 6984 measured; 6983 is what two clients look for (spec/card.md §1.4, §8)."""
    reselect_clears_verified: bool = False
    """Whether the same application selected again forgets verified PINs (JICSAP 5.1.3 rule 2: no; §3, §8)."""
    warm_reset_clears_verified: bool = True
    """Whether a warm reset starts a new session; unknown for contact (spec/card.md §3)."""
    failed_verify_drops_verified: bool = True
    """Whether a wrong PIN forgets an earlier right one; unknown (spec/card.md §3)."""
    odd_length_costs_a_try: bool = True
    """Whether a PIN of 1 to 16 bytes but of the wrong length is a mismatch (else 6700); unknown (spec/card.md §3)."""
    change_keeps_verified: bool = True
    """Whether the PIN stays verified after CHANGE REFERENCE DATA; unknown (spec/card.md §3)."""
    reference_by_sfi_selects: bool = True
    """Whether naming a PIN or key by short identifier makes it current, as READ BINARY does (§4); unknown (§3)."""
    failed_select_keeps_file: bool = True
    """Whether the current file survives the SELECT of one that is not there; unknown (spec/card.md §8)."""
    fci: FciForm = FciForm.AID
    """Content of the FCI; unknown (spec/card.md §8)."""
    verify_on_other_file: StatusWord = StatusWord.WRONG_FILE_KIND
    """VERIFY where the file is no PIN; unknown (spec/card.md §8)."""
    sign_on_other_file: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """COMPUTE DIGITAL SIGNATURE where the file is no key; unknown (spec/card.md §8)."""
    sign_without_default_key: StatusWord = StatusWord.WRONG_P1P2
    """P2 = 00 in an application without a PIN-less key; unknown (spec/card.md §4)."""
    bad_signing_length: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """Nothing to sign, or more than the key can take: 6985 or 6700 (spec/card.md §4)."""
    overlong_value: StatusWord = StatusWord.WRONG_LENGTH
    """A PIN of more than 16 bytes; unknown (spec/card.md §3)."""
    bad_new_value: StatusWord = StatusWord.WRONG_DATA
    """A new PIN value of the wrong format; unknown (spec/card.md §3)."""
    fixed_pin_change: StatusWord = StatusWord.SECURITY_NOT_SATISFIED
    """CHANGE REFERENCE DATA on a reference no client changes (birth date); unknown (spec/card.md §3)."""
    selects_by_prefix: bool = False
    """Whether SELECT takes the beginning of an AID: legal in JICSAP, used by no client (spec/card.md §2)."""
    unknown_files_exist: bool = True
    """Whether files of unknown purpose are there, opened by nothing (6982), or absent, 6A82 (spec/card.md §8)."""
    contact_atr_inside_only: bool = False
    """Whether data object 5F51 is found inside an application only, as on some cards (spec/card.md §2.7)."""
    lower_cvc: bool = False
    """Whether data object 7F21 is there: absent on some cards (spec/card.md §2.7)."""
    current_record: StatusWord = StatusWord.RECORD_NOT_FOUND
    """READ RECORD of record 00, the current one in ISO/IEC 7816-4; unknown (spec/card.md §1.3)."""
    change_by_other_command: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """CHANGE REFERENCE DATA on a PIN that CHANGE KEY changes, and the other way round; unknown (spec/card.md §3)."""
    authenticate_on_other_file: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """INTERNAL AUTHENTICATE where the file is not its key; unknown, as for COMPUTE DIGITAL SIGNATURE (§8)."""
    terminal_certificate_without_slot: StatusWord = StatusWord.CONDITIONS_NOT_SATISFIED
    """`80 A2` where EF 0016 of the JPKI application is not current; unknown (spec/card.md §1.3)."""
    secured_command: StatusWord = StatusWord.SECURE_MESSAGING_NOT_SUPPORTED
    """A secure-messaging class where it was not measured: all but SELECT, READ BINARY, VERIFY (spec/card.md §1.2)."""
    key_delivery: bool = True
    """Whether the text application takes a session key; 66F1 otherwise (measured, spec/card.md §1.4)."""
    iphone_command: StatusWord = StatusWord.OK
    """`80 FC 00 00` on the iPhone token; what it answers is unknown (spec/card.md §7)."""

    # What stands in the files, and which there are
    certificate_file_size: int = 1900
    """Bytes of a certificate file, longer only where the DER is: seen once (spec/card.md §2.1, §8)."""
    certificate_filler: int = 0x00
    """What stands behind the DER (spec/card.md §2.1, §8)."""
    third_certificate: bool = False
    """Third byte of EF 0008, 8F or 00: whose presence it tells is unknown (spec/card.md §2.1)."""
    empty_signature_files: bool = True
    """Whether a card without signature certificate has EF 0001, 001A, 001B, empty and blocked; unknown (§2.1)."""
    iphone_certificate_needs_pin: bool = True
    """Whether EF 000A of the iPhone token opens with its PIN, as Android's was seen to; unknown (spec/card.md §7)."""
    attributes_file_size: int = 512
    """Least bytes of text EF 0002: unknown; clients read 256 from the beginning (spec/card.md §2.2, §8)."""
    information_file_size: int = 256
    """Bytes of text EF 0005: two clients demand 256 or more (spec/card.md §2.2, §8)."""
    filler: int = 0xFF
    """What stands behind the objects of text EF 0002 and 0005 and of the visual files: unknown (spec/card.md §2.2)."""
    visual_filler: int = 2
    """How many bytes of it stand behind a record of the visual application: unknown (spec/card.md §8)."""
    unknown_content: int = 0x00
    """The byte that the 32 of text DF43 and the 256 of visual DF35 hold, which nobody explained (spec/card.md §2.2)."""
    record_version: int = 0x01
    """Visual DF33, a version: no value was published (spec/card.md §2.3)."""
    filler_file_free: bool = False
    """Whether text EF 0008 is free, or opens with its neighbours' PINs; unknown (spec/card.md §2.2)."""
    resident_code_file: int = 0
    """EF of the 住民票コード in the 住基AP, which nothing opens (6982); 0: none; unknown (spec/card.md §2.4)."""
    images: ImageSizes = ImageSizes()
    """Of the pictures in visual EF 0002: two sizes are known, the others and the length of the whole are not (§2.3)."""

    # How often one may guess
    code_a_tries: int = 10
    """照合番号A: ten or more (spec/card.md §3, §8)."""
    code_b_tries: int = 10
    """照合番号B: unknown (spec/card.md §3, §8)."""
    birth_tries: int = 10
    """生年月日読出用: unknown (spec/card.md §3, §8)."""
    codes_share_tries: bool = False
    """Whether a 照合番号 has one counter in the card, or one in each of two applications; unknown (spec/card.md §3)."""

    def __post_init__(self) -> None:
        for what, value, most in (
            ("certificate_filler", self.certificate_filler, 0xFF),
            ("filler", self.filler, 0xFF),
            ("unknown_content", self.unknown_content, 0xFF),
            ("record_version", self.record_version, 0xFF),
            ("resident_code_file", self.resident_code_file, 0x1E),
            ("visual_filler", self.visual_filler, 0xFFFF),
            ("certificate_file_size", self.certificate_file_size, 0xFFFF),
            ("attributes_file_size", self.attributes_file_size, 0xFFFF),
            ("information_file_size", self.information_file_size, 0xFFFF),
        ):
            if not 0 <= value <= most:
                raise ValueError(f"option {what}: expected 0 to {most}, got {value}")


STANDARD_OPTIONS = Options()

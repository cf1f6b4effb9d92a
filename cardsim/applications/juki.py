"""住基AP: as far as public, a key reference and a PIN; the 住民票コード is unknown (spec/card.md §2.4; MC, SCT)."""

from cardsim.applications.common import simple_tlv
from cardsim.applications.references import four_digits, unknown_files
from cardsim.files import Application, RecordFile, build_application
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.pins import ChangeBy

AID = bytes.fromhex("D3921000310001010401")
KEY_REFERENCE = 0x0002
PIN = 0x001C
_RECORD_TAG = 0x01


def build_juki(key_name: bytes, pin: bytes, options: Options = STANDARD_OPTIONS) -> Application:
    """The application as a table; EF 0002 is identical to that of the 共通カードAP."""
    return build_application(
        AID,
        "住基AP",
        (
            RecordFile(KEY_REFERENCE, "鍵識別子", (simple_tlv(_RECORD_TAG, key_name),)),
            four_digits(PIN, "住民基本台帳用暗証番号", pin, "juki.pin", ChangeBy.KEY),
            *(unknown_files(options.resident_code_file) if options.resident_code_file else ()),
        ),
    )

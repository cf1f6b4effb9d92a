"""What a holder types or a terminal scans: the secrets of a card, where they are checked, how often one may guess.

Tries as spec/card.md §3 has them; of the 照合番号B and the birth date the number is assumed.
"""

from dataclasses import dataclass
from enum import Enum

from cardsim.holder import Pins
from cardsim.pins import Pin
from cardsim.profile import Profile
from harness.terminal.card_reader import JPKI, TEXT, VISUAL
from scenarios.story import Words

RESIDENT_REGISTER = bytes.fromhex("D3921000310001010401")
COMMON = bytes.fromhex("D3921000310001010100")


@dataclass(frozen=True, slots=True)
class _Row:
    application: bytes
    reference: int
    tries: int
    words: Words


class Secret(Enum):
    """A secret, and the file that holds it."""

    PIN = _Row(JPKI, 0x0018, 3, Words("the PIN", "利用者証明用PIN"))
    PASSWORD = _Row(JPKI, 0x001B, 5, Words("the signature password", "署名用パスワード"))
    TEXT_PIN = _Row(TEXT, 0x0011, 3, Words("the PIN of the text application", "券面事項入力補助用PIN"))
    NUMBER_A = _Row(TEXT, 0x0014, 10, Words("照合番号A (the 個人番号)", "照合番号A（個人番号）"))
    NUMBER_B = _Row(TEXT, 0x0015, 10, Words("照合番号B (scanned off the face)", "照合番号B（券面から読取り）"))
    NUMBER_A_OF_FACE = _Row(VISUAL, 0x0013, 10, Words("照合番号A for the face image", "顔写真用の照合番号A"))
    NUMBER_B_OF_FACE = _Row(VISUAL, 0x0012, 10, Words("照合番号B for the face image", "顔写真用の照合番号B"))
    BIRTH_DATE = _Row(VISUAL, 0x0011, 10, Words("the birth date as a key", "照合用の生年月日"))
    REGISTER_PIN = _Row(RESIDENT_REGISTER, 0x001C, 3, Words("the PIN of the resident register", "住民基本台帳用PIN"))
    COMMON_PIN = _Row(COMMON, 0x001C, 3, Words("the PIN of the common application", "共通APの住民基本台帳用PIN"))

    @property
    def words(self) -> Words:
        """What people call it."""
        return self.value.words

    @property
    def tries(self) -> int:
        """How often one may guess."""
        return self.value.tries

    def right_value(self, profile: Profile) -> str:
        """What opens it on a new card: chosen at the counter, or printed on its face.

        Who was given no signature certificate chose no password, and types what others would.
        """
        pin = profile.applications[self.value.application].elements[self.value.reference]
        if not isinstance(pin, Pin):
            raise TypeError(f"{self.name}: expected a secret, actual {pin!r}")
        return (pin.initial or Pins().sign).decode("ascii")


def misread(value: str) -> str:
    """The value with its last character read wrong: as many characters, of the same kind."""
    last = value[-1]
    return value[:-1] + str((int(last) + 1) % 10 if last.isdecimal() else "A" if last != "A" else "B")

"""What a good terminal tells the holder after the card's answer to a secret: how many tries are left, and where to go.

Where a PIN is reset: at the municipality's counter any of them, at a convenience store's kiosk with the telephone app
the two of the JPKI application (spec/pki.md §4). What is printed on the card is not reset: it is read again.
"""

from dataclasses import dataclass
from enum import StrEnum

from cardsim.status import read_tries
from harness.terminal.card_reader import JPKI
from scenarios.secrets import Secret
from scenarios.story import NOTHING, Words

_BLOCKED = {0x6984, 0x6983, 0x63C0}
_PRINTED = {
    Secret.NUMBER_A, Secret.NUMBER_B, Secret.NUMBER_A_OF_FACE, Secret.NUMBER_B_OF_FACE, Secret.BIRTH_DATE,
}  # fmt: skip


class Desk(StrEnum):
    """Where PINs are reset."""

    COUNTER = "counter"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said, and which places it names; nothing after a right value."""

    words: Words
    desks: tuple[Desk, ...] = ()


def advice_for(secret: Secret, status: int | None) -> Advice:
    """Return what the holder is told."""
    if status in _BLOCKED:
        return _reset(secret)
    left = None if status is None else read_tries(status)
    if left is None:
        return Advice(NOTHING)
    if left == 1:
        return Advice(Words("one more wrong value locks it: do not guess", "次に誤るとロックされます。推測しないこと"))
    if secret in _PRINTED:
        return Advice(Words("read it off the card again", "券面をもう一度読み取ってください"))
    return Advice(
        Words(f"{left} tries left; the right value gives all back", f"残り{left}回。正しく入力すると元に戻ります")
    )


def _reset(secret: Secret) -> Advice:
    if secret.value.application != JPKI:
        words = Words("locked: only the municipality's counter can help", "ロックされています。市区町村の窓口へ")
        return Advice(words, (Desk.COUNTER,))
    words = Words(
        "locked: reset it at the municipality's counter, or at a kiosk with the telephone app",
        "ロックされています。市区町村の窓口、またはアプリを使ってコンビニのキオスク端末で再設定できます",
    )
    return Advice(words, (Desk.COUNTER, Desk.KIOSK))

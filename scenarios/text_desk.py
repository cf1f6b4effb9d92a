"""A desk that reads the four attributes off the chip (券面事項入力補助AP) and serves who lives in the city.

No certificate plays a part and J-LIS is not asked: it believes what was last written into the chip.
"""

from harness.municipalities import AOI
from harness.terminal.card_reader import CardReader, PinBlocked, PinRefused
from scenarios.desk_answer import DeskAnswer, Why
from scenarios.on_the_card import ADDRESS
from scenarios.page import Archetype
from scenarios.resident import Resident
from scenarios.secrets import Secret, misread
from scenarios.story import Words
from scenarios.telling import Telling


class TextDesk:
    """The desk of Aoi-shi."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    def reads_the_text_of(self, resident: Resident, *, with_wrong_pin: bool = False) -> DeskAnswer:
        """Read the address, and serve citizens."""
        self._telling.settle()
        self._telling.say(Words("the desk reads the four attributes", "窓口がチップの4情報を読む"))
        right = resident.knows(Secret.TEXT_PIN)
        why: Why | None = None
        try:
            with resident.card.in_reader() as connection:
                found = CardReader(connection).four_attributes(misread(right) if with_wrong_pin else right)
            why = None if found[ADDRESS].startswith(f"{AOI.prefecture}{AOI.name}") else Why.ELSEWHERE
        except PinRefused as refused:
            why = Why.WRONG_PIN if refused.tries_left else Why.LOCKED
        except PinBlocked:
            why = Why.LOCKED
        return DeskAnswer(self._telling, Archetype.TEXT, why)

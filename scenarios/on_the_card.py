"""What stands on a card, in the chip, on its face and in its signature certificate: read back and compared."""

from asn1crypto.x509 import Certificate

from harness.printed_card import FirstPrint
from harness.terminal.card_reader import CardReader
from scenarios.page import Archetype
from scenarios.person import Person
from scenarios.secrets import Secret
from scenarios.story import Words

NAME, ADDRESS = 0xDF22, 0xDF23
"""Of the text application (spec/card.md §2.2)."""
_ARC = "1.2.392.200149.8.5.5"
"""Of the otherNames of a signature certificate: .1 the name, .2 which characters of it are substitutes (§1.4)."""


class Readable(Person):
    """A person whose card is read back."""

    def shows_on_the_card(self, *, name: str | None = None, address: str | None = None) -> None:
        """The text application says this."""
        words = Words("the chip is read", "チップの4情報を読む")
        with self._observer.happening(words), self._card.in_reader() as connection:
            found = CardReader(connection).four_attributes(self.knows(Secret.TEXT_PIN))
        self._telling.decided(Archetype.TEXT, "accept")
        for tag, wanted in ((NAME, name), (ADDRESS, address)):
            if wanted is not None:
                self._compare("in the chip", "チップの記録", wanted, found[tag])

    def is_not_written_on_the_panel(self) -> None:
        """Somebody at the counter forgets the sign panel from now on: what it says today it goes on saying."""
        self._telling.say(Words("the counter forgets the sign panel", "窓口が追記領域への記入を忘れる"))
        self._forgotten = self._printed

    def has_on_the_sign_panel(self, text: str) -> None:
        """The last line that was written onto the sign panel (追記領域) holds this; no text is a panel left empty."""
        changes = self._printed.changes
        said = f"{changes[-1]}" if changes else "-"
        self._compare("on the sign panel", "追記領域", text, text if _is_there(text, said) else said)

    def has_as_first_print(self, address: str) -> None:
        """The face was printed with this address, whatever was written on it since."""
        self._compare("first print", "最初の印刷", address, self._printed.address)

    def is_certified_as(self, name: str, *, substituted: str) -> None:
        """The signature certificate says this name, and which characters of it are substitutes."""
        names = Certificate.load(self.signature_certificate).subject_alt_name_value
        found = {each.chosen["type_id"].dotted: each.chosen["value"].native for each in names}
        self._compare("name in the certificate", "証明書の氏名", name, found[f"{_ARC}.1"])
        self._compare("substitutes", "代替文字の位置", substituted, found[f"{_ARC}.2"])

    def _compare(self, english: str, japanese: str, wanted: str, actual: str) -> None:
        self._telling.settle()
        self._telling.say(Words(f"  {english}: {actual}", f"  {japanese}: {actual}"))
        if wanted != actual:
            complaint = f"{japanese} 期待: {wanted}、実際: {actual}"
            self._telling.break_off(Words(f"{english}: expected {wanted}, actual {actual}", complaint))

    _forgotten: FirstPrint | None = None

    @property
    def _printed(self) -> FirstPrint:
        return self._forgotten or self._stage.world.printed_on_card_of(self.issued.resident.id)


def _is_there(text: str, said: str) -> bool:
    return text in said if text else said == "-"

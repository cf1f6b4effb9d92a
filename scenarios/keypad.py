"""What a holder types: any secret of the card, right or wrong, and what the card says of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from cardsim.slot import Tear
from harness.jlis.life_events import LifeEvent
from harness.terminal.card_reader import DONE, CardReader, Connection
from scenarios.advice import Desk
from scenarios.card_answer import CardAnswer
from scenarios.observer import Observer
from scenarios.person import Person, pulled_out, pulling
from scenarios.secrets import Secret, misread
from scenarios.story import Words

_VERIFY = 3
"""The command at which a card is asked: after SELECT of the application and of the PIN's file."""
_RESETS = {
    Desk.COUNTER: (LifeEvent.PIN_RESET_AT_COUNTER, Words("the municipality's counter", "市区町村の窓口")),
    Desk.KIOSK: (LifeEvent.PIN_RESET_AT_KIOSK, Words("a convenience store's kiosk", "コンビニのキオスク端末")),
}


class Keypad(Person):
    """A person at a keypad, or before a scanner."""

    def types(
        self, secret: Secret, *, wrong: bool = False, value: str | None = None, pulled: Tear | None = None
    ) -> CardAnswer:
        """Type a secret into a terminal that asks nothing but the card."""
        right = self.knows(secret)
        typed = value if value is not None else misread(right) if wrong else right
        how = Words("wrongly", "誤って") if typed != right else Words("rightly", "正しく")
        words = Words(f"the resident enters {secret.words.en} {how.en}", f"利用者が{secret.words.ja}を{how.ja}入力する")

        def deed(card: CardReader) -> int:
            return card.type(secret.value.application, secret.value.reference, typed)

        return self._observer.answering(words + pulling(pulled), secret, deed, pulled_out(_VERIFY, pulled))

    def changes(self, secret: Secret, *, old: str, new: str) -> CardAnswer:
        """Change a secret at home: the old value, then the new one."""
        words = Words(f"the resident changes {secret.words.en}", f"利用者が{secret.words.ja}を変更する")

        def deed(card: CardReader) -> int:
            status = card.change(secret.value.application, secret.value.reference, old, new)
            if status == DONE:
                self._chosen[secret] = new
            return status

        return self._observer.answering(words, secret, deed)

    def finds(self, secret: Secret, *, tries_left: int) -> None:
        """The card, put in anew, says how many tries a secret has left; asking costs none."""
        words = Words(f"the card is asked about {secret.words.en}", f"{secret.words.ja}の残り回数を調べる")

        def deed(card: CardReader) -> int:
            return 0x63C0 + card.tries_left(secret.value.reference, secret.value.application)

        self._observer.answering(words, secret, deed).is_wrong(tries_left=tries_left)

    def finds_tries_left(self, *, pin: int, password: int) -> None:
        """What is left of the PIN and of the signature password."""
        self.finds(Secret.PIN, tries_left=pin)
        self.finds(Secret.PASSWORD, tries_left=password)

    @contextmanager
    def leaves_the_card_to_two_programs(self) -> Iterator[tuple["Program", "Program"]]:
        """Two programs of one computer share the card: what one does, the other finds done."""
        with self._card.shared() as connect:
            yield (
                Program("the first program", "1つ目のプログラム", self, self._observer, connect()),
                Program("the second program", "2つ目のプログラム", self, self._observer, connect()),
            )

    def locks(self, secret: Secret) -> None:
        """Guess until no try is left."""
        for left in reversed(range(secret.tries)):
            self.types(secret, wrong=True).is_wrong(tries_left=left)

    def has_the_pins_reset(self, at: Desk) -> None:
        """暗証番号の再設定; the values stay as they were (assumed)."""
        event, place = _RESETS[at]
        words = Words(f"the resident has the PINs reset at {place.en}", f"利用者が{place.ja}で暗証番号を再設定する")
        with self._observer.happening(words):
            self._stage.world.happen(self.issued.resident.id, event)


class Program:
    """One of several programs that share a card in one reader."""

    def __init__(self, english: str, japanese: str, holder: Person, observer: Observer, connection: Connection) -> None:
        self._name, self._holder, self._observer = Words(english, japanese), holder, observer
        self._card = CardReader(connection)

    def sends(self, secret: Secret, *, wrong: bool = False) -> CardAnswer:
        """Send what the holder typed here."""
        right = self._holder.knows(secret)
        typed, how = (misread(right), "a wrong") if wrong else (right, "the right")
        words = Words(
            f"{self._name.en} sends {how} value of {secret.words.en}", f"{self._name.ja}が{secret.words.ja}を送る"
        )
        row = secret.value
        return self._observer.asking(words, secret, lambda: self._card.type(row.application, row.reference, typed))

    def signs_without_asking(self) -> CardAnswer:
        """Have the card sign with the authentication key, without sending a PIN."""
        words = Words(f"{self._name.en} has the card sign", f"{self._name.ja}がPINを送らずに署名させる")
        return self._observer.asking(words, Secret.PIN, self._card.sign_unasked)

"""What a resident shows to a product: registration, tap, login, signature; and what came of it."""

from collections.abc import Callable
from dataclasses import replace

from cardsim.readers.conditions import Conditions
from harness.contract.configuration import STRANGER, TERMINAL
from harness.contract.vocabulary import Capability, Environment, Purpose
from harness.terminal.card_reader import CardReader
from scenarios.attempt import Attempt
from scenarios.own_door import OwnDoor
from scenarios.person import Person, pulled_out
from scenarios.secrets import Secret, misread
from scenarios.story import NOTHING, Words
from scenarios.terminal import Complete, Habit, Holder, Prepared, Slot, Terminal
from scenarios.verdict import Verdict

PLACES = {
    Environment.ATTENDED: Words("at the counter", "窓口で"),
    Environment.MANAGED: Words("in a supervised room", "管理された施設内で"),
    Environment.LENT: Words("on a lent terminal", "貸与端末で"),
    Environment.ONLINE: Words("online", "オンラインで"),
    Environment.OUTDOOR: Words("outdoors", "屋外で"),
}
SELF_MADE = Words(", the chip self-made", "（チップは自作）")
SPLICED = Words(", the chip another resident's", "（チップは別人のカード）")
BESIDE = Words(", another card in the field", "（読取り範囲に別のカードもある）")
STRANGE = Words(", the terminal a stranger's", "（端末は未知）")
SHOWING = Words(", and shows the address on the chip", "（チップの住所も示す）")
WITHOUT_PIN = Words(", without the PIN", "（PINなしで）")
HABITS = {
    Habit.RETRIES: Words(", the terminal tries again by itself", "（端末が自動で再試行する）"),
    Habit.SENDS_A_PIN: Words(", the terminal sends a PIN", "（端末がPINを送る）"),
}


class Presenting(Person):
    """A person before a terminal of the product."""

    def enrols(
        self,
        *,
        with_self_made_chip: bool = False,
        with_chip_of: "Presenting | None" = None,
        without_pin: bool = False,
        showing_the_address: bool = False,
    ) -> Verdict:
        """Register for the service at its counter: PIN, certificate and chip.

        `showing_the_address`: the counter reads the text application as well, and tells in which municipality the
        holder lives; only the reference's own API has a word for that.
        """
        holder = self._holder_with(with_chip_of, self_made=with_self_made_chip)
        words = Words("the resident enrols", "利用者が登録する")
        words += (
            SELF_MADE if with_self_made_chip else SPLICED if with_chip_of else WITHOUT_PIN if without_pin else NOTHING
        )
        words += SHOWING if showing_the_address else NOTHING
        pin = None if without_pin else self.knows(Secret.PIN)
        ends = self._telling_the_address(Purpose.ENROL) if showing_the_address else None
        return self._does(Purpose.ENROL, words, lambda slot, terminal: terminal.enrol(slot, holder, pin), ends=ends)

    def links_the_renewed_card(self) -> Verdict:
        """Say at the counter that the certificates were renewed; where the product knows no such thing, enrol again."""
        offered = Capability.RELINK in self._stage.product.capabilities
        purpose = Purpose.RELINK if offered else Purpose.ENROL
        words = Words("the resident links the renewed card", "利用者が更新後のカードを紐付け直す")
        holder, pin = self._holder, self.knows(Secret.PIN)
        return self._does(purpose, words, lambda slot, terminal: terminal.enrol(slot, holder, pin, purpose))

    def taps(  # noqa: PLR0913  (what may be wrong with a tap)
        self,
        at: Environment = Environment.ATTENDED,
        *,
        with_self_made_chip: bool = False,
        with_chip_of: "Presenting | None" = None,
        at_a_strange_terminal: bool = False,
        at_a_terminal_that: Habit | None = None,
        pulled_at: int = 0,
        through: Conditions | None = None,
        beside: "Presenting | None" = None,
        showing_the_address: bool = False,
    ) -> Verdict:
        """Hold the card to a terminal, no PIN; or somebody shows this certificate with a chip that is not its own.

        `at_a_terminal_that` does something wrong; `pulled_at` is the command at which the card is pulled out; `through`
        is another reader than one in which nothing takes time, and `beside` whose card lies in its field as well.
        `showing_the_address` is as at the enrolment.
        """
        holder = replace(
            self._holder_with(with_chip_of, self_made=with_self_made_chip),
            conditions=through or pulled_out(pulled_at),
            beside=None if beside is None else beside.card,
        )
        credential = STRANGER if at_a_strange_terminal else TERMINAL
        words = Words(f"the resident taps {PLACES[at].en}", f"利用者が{PLACES[at].ja}かざす")
        words += SELF_MADE if with_self_made_chip else SPLICED if with_chip_of else NOTHING
        words += STRANGE if at_a_strange_terminal else NOTHING
        words += HABITS[at_a_terminal_that] if at_a_terminal_that else _pulled(pulled_at) if pulled_at else NOTHING
        words += NOTHING if beside is None else BESIDE
        words += SHOWING if showing_the_address else NOTHING
        return self._does(
            Purpose.TAP,
            words,
            lambda slot, terminal: terminal.tap(slot, holder, at, credential),
            at_a_terminal_that,
            ends=self._telling_the_address(Purpose.TAP) if showing_the_address else None,
        )

    def logs_in(
        self, *, with_wrong_pin: bool = False, at_a_terminal_that: Habit | None = None, pulled_at: int = 0
    ) -> Verdict:
        """Log in online with the PIN; where the card refuses it, the product is shown everything but the signature."""
        pin = self._value(Secret.PIN, wrong=with_wrong_pin)
        typed = Words("a wrong PIN", "誤ったPIN") if with_wrong_pin else Words("the right PIN", "正しいPIN")
        words = Words(f"the resident logs in with {typed.en}", f"利用者が{typed.ja}でログインする")
        words += HABITS[at_a_terminal_that] if at_a_terminal_that else _pulled(pulled_at) if pulled_at else NOTHING
        holder = replace(self._holder, conditions=pulled_out(pulled_at))
        return self._does(
            Purpose.LOGIN, words, lambda slot, terminal: terminal.log_in(slot, holder, pin), at_a_terminal_that
        )

    def logs_in_by_name(self) -> Verdict:
        """Log in at the reference's own API, which tells the name by which this service knows the holder (PPID)."""
        words = Words(
            "the resident logs in, and the service says by which name it knows them",
            "利用者がログインし、サービスが識別名を返す",
        )
        holder, pin = self._holder, self.knows(Secret.PIN)
        ends = self._at_own_door(Purpose.LOGIN)
        return self._does(Purpose.LOGIN, words, lambda slot, terminal: terminal.log_in(slot, holder, pin), ends=ends)

    def has_been_accepted(self, *, times: int) -> None:
        """The product's account counts so many accepted uses; a product that shows none is not asked."""
        if Capability.ACCOUNT not in self._stage.product.capabilities:
            self._telling.skip("the product does not show its accounts")
        self._telling.settle()
        account = self._stage.client.account(self.issued.auth_certificate)
        actual = 0 if account is None else account.accepted
        self._telling.say(Words(f"  accepted so far: {actual}", f"  これまでの受入れ: {actual}回"))
        if actual != times:
            en = f"expected uses accepted: {times}, actual {actual}"
            self._telling.break_off(Words(en, f"受入れ回数 期待: {times}、実際: {actual}"))

    def signs(self, *, with_wrong_password: bool = False) -> Verdict:
        """Sign the product's document; without its password the card shows no certificate, and nothing is presented."""
        password = self._value(Secret.PASSWORD, wrong=with_wrong_password)
        typed = Words("a wrong", "誤った") if with_wrong_password else Words("the right", "正しい")
        words = Words(f"the resident signs with {typed.en} password", f"利用者が{typed.ja}署名用パスワードで署名する")
        holder = self._holder
        return self._does(Purpose.SIGN, words, lambda slot, terminal: terminal.sign(slot, holder, password))

    def signs_a_document(self, document: bytes) -> tuple[bytes, bytes]:
        """Return signature certificate and signature over a document that is not the product's."""
        password = self.knows(Secret.PASSWORD)
        with self._card.in_reader() as connection:
            card = CardReader(connection)
            return card.signature_certificate(password), card.sign_document(password, document)

    def begins_a_tap(self) -> Attempt:
        """Hold the card to a terminal that does not present at once what it got."""
        words, holder = Words("the resident begins to tap", "利用者がかざし始める"), self._holder
        return self._begins(Purpose.TAP, words, lambda slot, to: to.tap(slot, holder, Environment.ATTENDED))

    def begins_to_log_in(self) -> Attempt:
        """Type the PIN at a terminal that does not present at once what it got."""
        words, holder = Words("the resident begins to log in", "利用者がログインを始める"), self._holder
        return self._begins(Purpose.LOGIN, words, lambda slot, to: to.log_in(slot, holder, self.knows(Secret.PIN)))

    def begins_to_sign(self) -> Attempt:
        """Type the password at a terminal that does not present at once what it got."""
        words, holder = Words("the resident begins to sign", "利用者が署名を始める"), self._holder
        return self._begins(Purpose.SIGN, words, lambda slot, to: to.sign(slot, holder, self.knows(Secret.PASSWORD)))

    def _telling_the_address(self, purpose: Purpose) -> Complete:
        return self._at_own_door(purpose, self.issued.resident.municipality)

    def _at_own_door(self, purpose: Purpose, municipality: str | None = None) -> Complete:
        door = OwnDoor(self._stage.own_door)
        return lambda complete: door.complete(purpose, complete, municipality)

    def _does(
        self,
        purpose: Purpose,
        words: Words,
        deed: Callable[[Slot, Terminal], Prepared],
        habit: Habit | None = None,
        *,
        ends: Complete | None = None,
    ) -> Verdict:
        terminal = Terminal(self._stage.client, habit, ends=ends)
        return self._observer.watch(purpose, words, lambda slot: terminal.finish(deed(slot, terminal)))

    def _begins(self, purpose: Purpose, words: Words, deed: Callable[[Slot, Terminal], Prepared]) -> Attempt:
        terminal = Terminal(self._stage.client)
        prepared = self._observer.prepare(purpose, words, lambda slot: deed(slot, terminal))
        return Attempt(purpose, prepared, self._observer, terminal, self._telling)

    def _holder_with(self, chip_of: "Presenting | None", *, self_made: bool) -> Holder:
        other = None if chip_of is None else chip_of._card
        return replace(self._holder, forger=self._stage.forger if self_made else None, chip_of=other)

    def _value(self, secret: Secret, *, wrong: bool) -> str:
        return misread(self.knows(secret)) if wrong else self.knows(secret)


def _pulled(command: int) -> Words:
    return Words(f", the card is pulled out at command {command}", f"（{command}番目のコマンドでカードが抜かれる）")

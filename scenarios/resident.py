"""A resident with a card: what a person does with it, and what came of that."""

from dataclasses import replace
from datetime import date

from harness.contract.configuration import STRANGER, TERMINAL
from harness.contract.vocabulary import Environment, Purpose
from harness.municipalities import INVENTED
from harness.personalisation import IssuedCard
from harness.terminal.card_reader import AUTHENTICATION_PIN, SIGNATURE_PASSWORD, CardReader
from scenarios.cards import Card
from scenarios.observer import Observer
from scenarios.stage import Stage
from scenarios.story import NOTHING, Words
from scenarios.telling import Telling
from scenarios.terminal import Holder, Terminal
from scenarios.verdict import Verdict

PIN, WRONG_PIN = "1234", "4321"
PASSWORD, WRONG_PASSWORD = "ABC123", "XYZ789"
PLACES = {
    Environment.ATTENDED: Words("at the counter", "窓口で"),
    Environment.MANAGED: Words("in a supervised room", "管理された施設内で"),
    Environment.LENT: Words("on a lent terminal", "貸与端末で"),
    Environment.ONLINE: Words("online", "オンラインで"),
    Environment.OUTDOOR: Words("outdoors", "屋外で"),
}
SELF_MADE = Words(", the chip self-made", "（チップは自作）")
SPLICED = Words(", the chip another resident's", "（チップは別人のカード）")
STRANGE = Words(", the terminal a stranger's", "（端末は未知）")


class Resident:
    """A person of the world. Everything they do puts the card into a reader and takes it out again."""

    def __init__(self, stage: Stage, telling: Telling, issued: IssuedCard, card: Card) -> None:
        self._stage, self._telling, self._issued = stage, telling, issued
        self._holder = Holder(card, issued.resident.birth_date)
        self._terminal = Terminal(stage.client)
        self._observer = Observer(stage, telling, issued, card)

    @property
    def birth_date(self) -> date:
        """The day the resident was born."""
        return self._holder.birth_date

    @property
    def signature_certificate(self) -> bytes:
        """The 署名用電子証明書 (DER), as the authority issued it."""
        return self._issued.sign_certificate

    def enrols(self, *, with_self_made_chip: bool = False) -> Verdict:
        """Register for the service at its counter: PIN, certificate and chip."""
        holder = replace(self._holder, forger=self._stage.forger if with_self_made_chip else None)
        words = Words("the resident enrols", "利用者が登録する") + (SELF_MADE if with_self_made_chip else NOTHING)
        return self._observer.watch(Purpose.ENROL, words, lambda slot: self._terminal.enrol(slot, holder, PIN))

    def taps(
        self,
        at: Environment = Environment.ATTENDED,
        *,
        with_self_made_chip: bool = False,
        with_chip_of: "Resident | None" = None,
        at_a_strange_terminal: bool = False,
    ) -> Verdict:
        """Hold the card to a terminal, no PIN; or somebody shows this certificate with a chip that is not its own."""
        forger = self._stage.forger if with_self_made_chip else None
        other = None if with_chip_of is None else with_chip_of._holder.card
        holder = replace(self._holder, forger=forger, chip_of=other)
        credential = STRANGER if at_a_strange_terminal else TERMINAL
        words = Words(f"the resident taps {PLACES[at].en}", f"利用者が{PLACES[at].ja}かざす")
        words += SELF_MADE if forger else SPLICED if other else STRANGE if at_a_strange_terminal else NOTHING
        return self._observer.watch(Purpose.TAP, words, lambda slot: self._terminal.tap(slot, holder, at, credential))

    def logs_in(self, *, with_wrong_pin: bool = False) -> Verdict:
        """Log in online with the PIN; where the card refuses it, the product is shown everything but the signature."""
        pin = WRONG_PIN if with_wrong_pin else PIN
        typed = Words("a wrong PIN", "誤ったPIN") if with_wrong_pin else Words("the right PIN", "正しいPIN")
        words = Words(f"the resident logs in with {typed.en}", f"利用者が{typed.ja}でログインする")
        return self._observer.watch(Purpose.LOGIN, words, lambda slot: self._terminal.log_in(slot, self._holder, pin))

    def signs(self, *, with_wrong_password: bool = False) -> Verdict:
        """Sign the product's document; without its password the card shows no certificate, and nothing is presented."""
        password = WRONG_PASSWORD if with_wrong_password else PASSWORD
        typed = Words("a wrong", "誤った") if with_wrong_password else Words("the right", "正しい")
        words = Words(f"the resident signs with {typed.en} password", f"利用者が{typed.ja}署名用パスワードで署名する")
        return self._observer.watch(Purpose.SIGN, words, lambda slot: self._terminal.sign(slot, self._holder, password))

    def finds_tries_left(self, *, pin: int, password: int) -> None:
        """The card, put in anew, says how many tries its PIN and its password have left."""
        words = Words("the resident looks how many tries are left", "利用者が残り試行回数を確認する")
        with self._observer.happening(words), self._holder.card.in_reader() as connection:
            card = CardReader(connection)
            left = card.tries_left(AUTHENTICATION_PIN), card.tries_left(SIGNATURE_PASSWORD)
        if left != (pin, password):
            self._telling.break_off(
                Words(
                    f"expected tries left {(pin, password)}, actual {left}",
                    f"期待: 残り{(pin, password)}、実際: {left}",
                )
            )

    def loses_the_card(self) -> None:
        """Report the loss by telephone: 一時停止 of both certificates."""
        with self._observer.happening(Words("the resident reports the card lost", "利用者がカードの紛失を届け出る")):
            self._stage.world.lose(self._issued.resident.id)

    def moves(self) -> None:
        """Move to the other municipality: the signature certificate is revoked."""
        new = next(place for place in INVENTED if place.code != self._issued.resident.municipality)
        words = Words(f"the resident moves to {new.romaji}", f"利用者が{new.name}へ転居する")
        with self._observer.happening(words):
            self._stage.world.move(self._issued.resident.id, new.code)

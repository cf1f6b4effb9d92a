"""What a resident shows to a product: registration, tap, login, signature; and what came of it."""

from dataclasses import replace

from cardsim.slot import Tear
from harness.contract.configuration import STRANGER, TERMINAL
from harness.contract.vocabulary import Environment, Purpose
from scenarios.person import Person, pulled_out
from scenarios.secrets import Secret, misread
from scenarios.story import NOTHING, Words
from scenarios.terminal import Habit, Terminal
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
STRANGE = Words(", the terminal a stranger's", "（端末は未知）")
HABITS = {
    Habit.RETRIES: Words(", the terminal tries again by itself", "（端末が自動で再試行する）"),
    Habit.SENDS_A_PIN: Words(", the terminal sends a PIN", "（端末がPINを送る）"),
}


def _pulled(command: int) -> Words:
    return Words(f", the card is pulled out at command {command}", f"（{command}番目のコマンドでカードが抜かれる）")


class Presenting(Person):
    """A person before a terminal of the product."""

    def enrols(self, *, with_self_made_chip: bool = False) -> Verdict:
        """Register for the service at its counter: PIN, certificate and chip."""
        holder = replace(self._holder, forger=self._stage.forger if with_self_made_chip else None)
        words = Words("the resident enrols", "利用者が登録する") + (SELF_MADE if with_self_made_chip else NOTHING)
        pin = self.knows(Secret.PIN)
        return self._observer.watch(Purpose.ENROL, words, lambda slot: self._terminal().enrol(slot, holder, pin))

    def taps(  # noqa: PLR0913  (what may be wrong with a tap)
        self,
        at: Environment = Environment.ATTENDED,
        *,
        with_self_made_chip: bool = False,
        with_chip_of: "Presenting | None" = None,
        at_a_strange_terminal: bool = False,
        at_a_terminal_that: Habit | None = None,
        pulled_at: int = 0,
        pulled: Tear = Tear.BEFORE,
    ) -> Verdict:
        """Hold the card to a terminal, no PIN; or somebody shows this certificate with a chip that is not its own.

        `at_a_terminal_that` does something wrong; `pulled_at` the command at which the card is pulled out.
        """
        forger = self._stage.forger if with_self_made_chip else None
        other = None if with_chip_of is None else with_chip_of._holder.card
        out = pulled_out(pulled_at, pulled if pulled_at else None)
        holder = replace(self._holder, forger=forger, chip_of=other, conditions=out)
        credential = STRANGER if at_a_strange_terminal else TERMINAL
        words = Words(f"the resident taps {PLACES[at].en}", f"利用者が{PLACES[at].ja}かざす")
        words += SELF_MADE if forger else SPLICED if other else STRANGE if at_a_strange_terminal else NOTHING
        words += HABITS[at_a_terminal_that] if at_a_terminal_that else _pulled(pulled_at) if pulled_at else NOTHING
        terminal = self._terminal(at_a_terminal_that)
        return self._observer.watch(Purpose.TAP, words, lambda slot: terminal.tap(slot, holder, at, credential))

    def logs_in(
        self,
        *,
        with_wrong_pin: bool = False,
        at_a_terminal_that: Habit | None = None,
        pulled_at: int = 0,
        pulled: Tear = Tear.BEFORE,
    ) -> Verdict:
        """Log in online with the PIN; where the card refuses it, the product is shown everything but the signature."""
        pin = self._value(Secret.PIN, wrong=with_wrong_pin)
        typed = Words("a wrong PIN", "誤ったPIN") if with_wrong_pin else Words("the right PIN", "正しいPIN")
        words = Words(f"the resident logs in with {typed.en}", f"利用者が{typed.ja}でログインする")
        words += HABITS[at_a_terminal_that] if at_a_terminal_that else _pulled(pulled_at) if pulled_at else NOTHING
        holder = replace(self._holder, conditions=pulled_out(pulled_at, pulled if pulled_at else None))
        terminal = self._terminal(at_a_terminal_that)
        return self._observer.watch(Purpose.LOGIN, words, lambda slot: terminal.log_in(slot, holder, pin))

    def signs(self, *, with_wrong_password: bool = False) -> Verdict:
        """Sign the product's document; without its password the card shows no certificate, and nothing is presented."""
        password = self._value(Secret.PASSWORD, wrong=with_wrong_password)
        typed = Words("a wrong", "誤った") if with_wrong_password else Words("the right", "正しい")
        words = Words(f"the resident signs with {typed.en} password", f"利用者が{typed.ja}署名用パスワードで署名する")
        return self._observer.watch(
            Purpose.SIGN, words, lambda slot: self._terminal().sign(slot, self._holder, password)
        )

    def _terminal(self, habit: Habit | None = None) -> Terminal:
        return Terminal(self._stage.client, habit)

    def _value(self, secret: Secret, *, wrong: bool) -> str:
        return misread(self.knows(secret)) if wrong else self.knows(secret)

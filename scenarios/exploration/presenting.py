"""The steps at which the product decides: enrol, tap, log in, sign, link, leave; at once, or begun and shown later."""

from dataclasses import dataclass
from datetime import timedelta

from harness.contract.vocabulary import Environment
from scenarios.exploration.lives import Plastic
from scenarios.exploration.oracle import CARD, OK, Session, Shown
from scenarios.exploration.play import Begun, Play, Someone
from scenarios.exploration.steps import Step
from scenarios.exploration.tries import DONE
from scenarios.verdict import Verdict


@dataclass(frozen=True)
class Presents:
    """Somebody uses the card for a `purpose`; `how` names what is wrong with it, `chip_of` whose chip proves itself."""

    who: int
    purpose: str
    how: str = ""
    place: str = "attended"
    chip_of: int | None = None

    def is_possible(self, play: Play) -> bool:
        """The product offers it, and whose chip is shown is there."""
        others = self.chip_of is None or (self.chip_of < len(play.people) and self.chip_of != self.who)
        return self.who < len(play.people) and self.purpose in play.offers and others

    def take(self, play: Play) -> None:
        """Do it, and hold what comes of it against the oracle."""
        someone = play.people[self.who]
        line, verdict = self._told(play, someone)
        session = Session(self.purpose, play.now + play.oracle.off)
        if self.purpose == "unlink":
            answers = play.oracle.unlinks(someone.card.auth)
            play.judge(line, self.purpose, verdict, answers)
        else:
            answers, shown = self._foretold(play, someone, session)
            actual = play.judge(line, self.purpose, verdict, answers)
            if shown is not None:
                play.oracle.takes(session, shown, play.now, actual)
        play.check_account(verdict, someone)

    def _told(self, play: Play, someone: Someone) -> tuple[str, Verdict]:
        """Let it happen; return the line that tells it, and the verdict."""
        resident, name = someone.resident, someone.name
        chip = None if self.chip_of is None else play.people[self.chip_of]
        words = {"with_chip_of": chip.resident} if chip else {}
        code = [f"with_chip_of={chip.name}"] if chip else []
        flag = {
            "self-made chip": "with_self_made_chip", "without pin": "without_pin", "wrong pin": "with_wrong_pin",
            "wrong password": "with_wrong_password", "strange terminal": "at_a_strange_terminal",
        }.get(self.how)  # fmt: skip
        options: dict[str, object] = dict(words)
        if flag:
            options[flag] = True
            code.append(f"{flag}=True")
        method = _METHODS[self.purpose]
        if self.purpose == "tap":
            where = Environment(self.place)
            code.insert(0, f"Environment.{where.name}")
            verdict = resident.taps(where, **options)  # type: ignore[arg-type]
        else:
            verdict = getattr(resident, method)(**options)
        return f"{name}.{method}({', '.join(code)})", verdict

    def _foretold(self, play: Play, someone: Someone, session: Session) -> tuple[set[str], Shown | None]:
        """Return what may come of it, and what reaches the product; None where the card or the beginning stops it."""
        oracle, card, now = play.oracle, someone.card, play.now
        proving = card if self.chip_of is None else play.people[self.chip_of].card
        if self.purpose == "tap":
            begun = oracle.begins_a_tap(card.auth, self.place, now, known=self.how != "strange terminal")
            if OK not in begun:
                return begun, None
            session.holder = card.auth
        shown = collected(play, someone, self.purpose, self.how, proving, self.place)
        if shown is None:
            return {CARD}, None
        answers = oracle.completes(session, shown, now)
        return (answers | (begun - {OK}), shown) if self.purpose == "tap" else (answers, shown)


_METHODS = {
    "enrol": "enrols", "tap": "taps", "login": "logs_in", "sign": "signs", "relink": "links_the_renewed_card",
    "unlink": "leaves_the_service",
}  # fmt: skip
HOWS = {
    "enrol": ("", "self-made chip", "without pin"),
    "tap": ("", "self-made chip", "strange terminal"),
    "login": ("", "wrong pin"),
    "sign": ("", "wrong password"),
    "relink": ("",),
    "unlink": ("",),
}


def collected(  # noqa: PLR0913, PLR0917  (what a terminal does)
    play: Play, someone: Someone, purpose: str, how: str, proving: Plastic, place: str
) -> Shown | None:
    """Return what a terminal gets out of the card, its counters counting; None where there is nothing to present."""
    card, genuine = someone.card, how != "self-made chip"
    if purpose == "sign":
        if card.sign is None or card.tries.types("PASSWORD", right=how != "wrong password") != DONE:
            return None
        return Shown(card.sign, place="online")
    signature = "right"
    if purpose in {"enrol", "relink", "login"}:
        typed = how != "without pin" and card.tries.types("PIN", right=how != "wrong pin") == DONE
        signature = "right" if typed else "missing"
    if purpose == "login":
        return Shown(card.auth, signature=signature, place="online")
    account = play.oracle.account_of(card.auth)
    said = account.born if purpose == "tap" and account is not None else card.born
    if proving.tries.types("BIRTH_DATE", right=said == proving.born) != DONE:
        return None
    return Shown(card.auth, proving, genuine, signature, place)


@dataclass(frozen=True)
class Begins:
    """Somebody begins, and the terminal keeps what it got from the card."""

    who: int
    purpose: str

    def is_possible(self, play: Play) -> bool:
        """Only what will begin: a refusal at the beginning is `Presents`'."""
        if self.who >= len(play.people) or self.purpose not in play.offers or len(play.begun) > 2:
            return False
        card = play.people[self.who].card
        if self.purpose == "tap":
            begun = play.oracle.begins_a_tap(card.auth, "attended", play.now)
            account = play.oracle.account_of(card.auth)
            known = account is not None and account.born == card.born and card.tries.left("BIRTH_DATE") > 0
            return begun == {OK} and known
        if self.purpose == "sign":
            return card.sign is not None and card.tries.left("PASSWORD") > 0
        return card.tries.left("PIN") > 0

    def take(self, play: Play) -> None:
        """Remember the session and what is in the terminal's hands."""
        someone = play.people[self.who]
        name = f"attempt_{len(play.begun) + 1}"
        method = {"tap": "begins_a_tap", "login": "begins_to_log_in", "sign": "begins_to_sign"}[self.purpose]
        play.write(f"{name} = {someone.name}.{method}()")
        attempt = getattr(someone.resident, method)()
        session = Session(self.purpose, play.now, someone.card.auth if self.purpose == "tap" else None)
        shown = collected(play, someone, self.purpose, "", someone.card, "attended")
        if shown is not None:
            play.begun.append(Begun(name, attempt, session, shown, someone))


@dataclass(frozen=True)
class Completes:
    """What a terminal kept is presented: as it is, once more, elsewhere, or bent."""

    attempt: int
    how: str = ""
    other: int = 0
    """Another attempt of the same purpose; or, of certificates, whose it is."""

    def is_possible(self, play: Play) -> bool:
        """What is presented in a session of another purpose lacks what that one needs: not played."""
        if self.attempt >= len(play.begun):
            return False
        mine = play.begun[self.attempt]
        if self.how in {"in another", "to another"}:
            others = self.other < len(play.begun) and self.other != self.attempt
            return others and play.begun[self.other].session.purpose == mine.session.purpose
        if self.how in {"without chip", "made-up answer"}:
            return mine.session.purpose == "tap"
        if self.how == "certificate":
            return self.other < len(play.people)
        return True

    def take(self, play: Play) -> None:
        """Do it, and hold what comes of it against the oracle."""
        mine = play.begun[self.attempt]
        line, verdict, session, shown = self._told(play, mine)
        answers = play.oracle.completes(session, shown, play.now)
        actual = play.judge(line, session.purpose, verdict, answers)
        play.oracle.takes(session, shown, play.now, actual)
        play.check_account(verdict, mine.by)

    def _told(self, play: Play, mine: Begun) -> tuple[str, Verdict, Session, Shown]:
        attempt, name, shown = mine.attempt, mine.name, mine.shown
        if self.how in {"in another", "to another"}:
            other = play.begun[self.other]
            if self.how == "in another":
                verdict, line = attempt.is_presented_in(other.attempt), f"{name}.is_presented_in({other.name})"
                return line, verdict, other.session, _with(shown, challenge="another")
            verdict, line = attempt.is_presented_to(other.attempt), f"{name}.is_presented_to({other.name})"
            return line, verdict, other.session, _with(shown, genuine=False, signature="wrong")
        if self.how == "without chip":
            line = f"{name}.is_presented_without_chip()"
            return line, attempt.is_presented_without_chip(), mine.session, _with(shown, chip=None)
        if self.how == "made-up answer":
            line = f"{name}.is_presented_with_a_made_up_answer()"
            return line, attempt.is_presented_with_a_made_up_answer(), mine.session, _with(shown, genuine=False)
        if self.how == "certificate":
            whose = play.people[self.other]
            line = f"{name}.is_presented_with_certificate({whose.name}.issued.auth_certificate)"
            verdict = attempt.is_presented_with_certificate(whose.resident.issued.auth_certificate)
            same = whose.card.auth is shown.certificate
            bent = _with(shown, certificate=whose.card.auth, signature=shown.signature if same else "wrong")
            return line, verdict, mine.session, bent
        return f"{name}.is_presented()", attempt.is_presented(), mine.session, shown


def _with(shown: Shown, **changes: object) -> Shown:
    return Shown(**{**shown.__dict__, **changes})


COMPLETIONS = ("", "in another", "to another", "without chip", "made-up answer", "certificate")


@dataclass(frozen=True)
class WithWrongClock:
    """One thing happens while the product's clock differs from everybody else's."""

    seconds: int
    step: Step

    def is_possible(self, play: Play) -> bool:
        """Whatever is possible at the right time."""
        return self.step.is_possible(play)

    def take(self, play: Play) -> None:
        """The oracle's product lives at the wrong time, too."""
        by = timedelta(seconds=self.seconds)
        play.write(f"with clock.is_wrong_at_the_product(timedelta(seconds={self.seconds})):")
        with play.clock.is_wrong_at_the_product(by), play.indented():
            play.oracle.off = by
            try:
                self.step.take(play)
            finally:
                play.oracle.off = timedelta()


WRONG_BY = (-60, 60, -9 * 3600, 9 * 3600)

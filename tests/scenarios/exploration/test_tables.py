"""The oracle's tables against what the specification says, and that nothing of the judged is in them."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import scenarios
from scenarios.exploration import dates, lives, oracle, tries
from scenarios.exploration.dates import (
    age,
    birthday_after,
    card_ends,
    certificate_ends,
    generation_at,
    leap_day_after,
    mark_at,
    three_months_before,
)
from scenarios.exploration.lives import EFFECTS, Register
from scenarios.exploration.oracle import CARD, OK, OUTAGES, Oracle, Session, Shown
from scenarios.exploration.tries import BLOCKED, DONE, MOST, Tries
from scenarios.story import FAMILIES
from scenarios.vocabulary import Fault, Reason, Secret

MODULES = (dates, tries, lives, oracle)
NOW = datetime(2026, 4, 3, 0, 20, tzinfo=UTC)
ROOT = Path(scenarios.__file__).parent


def test_oracle_imports_nothing_of_the_judged() -> None:
    """The four modules of the oracle import the standard library and each other: no mistake can be in both."""
    own = {module.__name__ for module in MODULES}
    standard = {"calendar", "collections.abc", "dataclasses", "datetime", "itertools"}
    for module in MODULES:
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
        assert found <= own | standard, module.__name__


def test_every_reason_of_the_families_is_one_of_the_oracle() -> None:
    """What stories refuse for, but for what only a service's own policy refuses, the oracle can foretell."""
    told = "".join(
        path.read_text(encoding="utf-8") for family in FAMILIES for path in (ROOT / family).glob("test_*.py")
    )
    foretold = Path(str(oracle.__file__)).read_text(encoding="utf-8")
    wanted = {reason.value for reason in Reason if f"Reason.{reason.value}" in told}
    of_policies = {"ENTITLEMENT", "ASSURANCE_TOO_LOW"}
    assert {reason for reason in wanted - of_policies if f'"{reason}"' not in foretold} == set()


def test_outages_and_secrets_are_known_words() -> None:
    """The oracle's words for faults and secrets are those of the grammar and of the card, with the tries of §3."""
    assert set(OUTAGES) <= {fault.value for fault in Fault}
    assert {name: Secret[name].tries for name in MOST} == MOST


@pytest.mark.parametrize(
    ("born", "issued", "previous", "ends"),
    [
        (date(1980, 6, 1), date(2026, 4, 3), None, date(2030, 6, 1)),
        (date(1980, 6, 1), date(2026, 6, 1), None, date(2031, 6, 1)),
        (date(1988, 2, 29), date(2026, 4, 3), None, date(2031, 2, 28)),
        (date(1988, 2, 29), date(2027, 3, 1), None, date(2032, 2, 29)),
        (date(1980, 7, 7), date(2026, 4, 8), date(2026, 7, 7), date(2031, 7, 7)),
        (date(1980, 7, 7), date(2026, 4, 7), date(2026, 7, 7), date(2030, 7, 7)),
        (date(1980, 5, 28), date(2026, 3, 1), date(2026, 5, 28), date(2031, 5, 28)),
    ],
    ids=["fifth", "issued on the birthday", "leap day", "leap day in a leap year", "Nerima: opens", "the day before",
         "no such day three months before"],
)  # fmt: skip
def test_certificates_end_on_birthdays(born: date, issued: date, previous: date | None, ends: date) -> None:
    """pki.md §1.7; the days on which a renewal opens are those of a city's page (7 July: from 8 April)."""
    assert certificate_ends(born, issued, previous=previous, no_later_than=date.max) == ends


def test_cards_and_ages() -> None:
    """Ten birthdays, five under eighteen, a stay before either; a birthday counts from its first moment."""
    assert card_ends(date(1980, 6, 1), date(2026, 4, 3), None) == date(2035, 6, 1)
    assert card_ends(date(2014, 6, 1), date(2026, 4, 3), None) == date(2030, 6, 1)
    assert card_ends(date(1980, 6, 1), date(2026, 4, 3), date(2026, 5, 1)) == date(2026, 5, 1)
    assert (age(date(2008, 4, 3), date(2026, 4, 3)), age(date(2008, 4, 4), date(2026, 4, 3))) == (18, 17)
    assert birthday_after(date(1980, 4, 3), date(2026, 4, 3), 1) == date(2027, 4, 3)


def test_marks_generations_and_leap_days() -> None:
    """Quarters of an hour; a new authority each fourth first of April; the next 29 February, 2100 having none."""
    assert mark_at(datetime(2026, 4, 3, 0, 29, 59, tzinfo=UTC)) == datetime(2026, 4, 3, 0, 15, tzinfo=UTC)
    assert mark_at(datetime(2026, 4, 3, 0, 30, tzinfo=UTC)) == datetime(2026, 4, 3, 0, 30, tzinfo=UTC)
    changes = [datetime(year, 3, 31, 23, 59, 59, tzinfo=UTC) for year in (2027, 2031)]
    assert [generation_at(each, 2026) for each in changes] == [0, 1]
    assert [generation_at(each + timedelta(seconds=1), 2026) for each in changes] == [1, 2]
    assert leap_day_after(date(2028, 2, 29)) == date(2032, 2, 29)
    assert leap_day_after(date(2096, 3, 1)) == date(2104, 2, 29)
    assert three_months_before(date(2026, 5, 31)) == date(2026, 2, 28)


def test_tries_are_counted() -> None:
    """Wrong ones are one less, a right one gives all back, with none left nothing opens, a counter gives all back."""
    counted = Tries(with_password=True)
    assert [counted.types("PIN", right=False) for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, BLOCKED]
    assert counted.types("PIN", right=True) == BLOCKED
    counted.resets(("PIN",))
    assert [counted.types("PIN", right=right) for right in (False, True, False)] == [0x63C2, DONE, 0x63C2]
    assert Tries(with_password=False).types("PASSWORD", right=True) == BLOCKED


def test_first_step_that_refuses_gives_the_reason() -> None:
    """In the order of docs/contract.md: of everything that is wrong the first is told, as it is put right in turn."""
    register = Register(NOW)
    person = register.person(date(1980, 6, 1), NOW)
    card, later = person.card, NOW + timedelta(minutes=10)
    assert person.card.sign is not None

    def of(shown: Shown, at: datetime, purpose: str = "enrol") -> set[str]:
        return Oracle(NOW).completes(Session(purpose, at), shown, at)

    assert of(Shown(card.sign, None), later) == {"MALFORMED"}  # type: ignore[arg-type]
    assert of(Shown(card.sign, card), later) == {"WRONG_PURPOSE"}  # type: ignore[arg-type]
    assert of(Shown(card.auth, card), NOW - timedelta(seconds=1)) == {"NOT_YET_VALID"}
    assert of(Shown(card.auth, card), card.auth.ends + timedelta(seconds=1)) == {"EXPIRED"}
    assert of(Shown(card.auth, card, place="outdoor"), later, "tap") == {"PLACE_NOT_ALLOWED"}
    assert of(Shown(card.auth, card, challenge="another", signature="wrong"), later) == {"CHALLENGE_MISMATCH"}
    assert of(Shown(card.auth, card, signature="wrong", genuine=False), later) == {"BAD_SIGNATURE"}
    assert of(Shown(card.auth, card, genuine=False), later) == {"CARD_NOT_GENUINE"}
    assert of(Shown(card.auth, card), later - timedelta(minutes=6)) == {"STATUS_UNKNOWN"}
    assert of(Shown(card.auth, card), later) == {OK}
    assert CARD not in {reason.value for reason in Reason}


def test_what_is_open_has_more_than_one_right_answer() -> None:
    """The last second itself, and what lies within the tolerance that a product declared."""
    register, judge = Register(NOW), Oracle(NOW, timedelta(seconds=5))
    card = register.person(date(1980, 6, 1), NOW).card
    expected = {-1: {OK}, 0: {OK, "EXPIRED"}, 5: {OK, "EXPIRED"}, 6: {"EXPIRED"}}
    for seconds, answers in expected.items():
        at = card.auth.ends + timedelta(seconds=seconds)
        assert judge.completes(Session("enrol", at), Shown(card.auth, card), at) == answers, seconds


def test_table_of_lives() -> None:
    """A hold stays a hold; what is told of it comes from the mark on; and a move ends the signature alone."""
    register = Register(NOW)
    person = register.person(date(1980, 6, 1), NOW)
    lost, mark = NOW + timedelta(hours=1, seconds=1), NOW + timedelta(hours=1, minutes=10)
    register.befalls(person, "loses the card", lost)
    assert not register.possible(person, "renews the certificates", mark)
    assert not register.possible(person, "loses the card", mark)
    register.befalls(person, "dies", mark)
    assert [person.card.auth.said_at(at) for at in (lost, mark)] == ["good", "on hold"]
    assert not any(register.possible(person, event, mark) for event in EFFECTS)
    assert {event for event, effect in EFFECTS.items() if effect.sign and not effect.auth} >= {"moves", "moves within"}

"""What a link answer is worth: one right answer, and each way in which it may not fit together."""

from datetime import datetime, timedelta

import msgspec
import pytest

from reference_impl.accounts.linkage import CLOCKS, OLDEST_MARK, LinkRefused, NotCurrent, read_lineage
from reference_impl.accounts.links import LinkAnswer
from tests.reference_impl.accounts.told import AS_OF, CARD, NOW, PHONE, SIGN, answer, linked, named

AUTH_PHONE = linked(8, carrier=PHONE)


def test_a_right_answer_is_a_lineage() -> None:
    """Predecessors in their order, the pair of the same carrier, the other carrier's certificate."""
    told = answer(counterparts=(linked(9, SIGN), linked(7, SIGN, PHONE), AUTH_PHONE))
    lineage = read_lineage(told, named(3), CARD, NOW)
    assert lineage.predecessors == (named(1), named(2))
    assert lineage.paired == linked(9, SIGN)
    assert lineage.elsewhere == (named(8),)
    assert (lineage.as_of, lineage.carrier) == (AS_OF, CARD)


def test_a_first_certificate_has_no_predecessors() -> None:
    """A stranger's: nothing is wrong with it, and it leads nowhere."""
    lineage = read_lineage(answer(previous=(), counterparts=()), named(3), CARD, NOW)
    assert (lineage.predecessors, lineage.paired, lineage.elsewhere) == ((), None, ())


WRONG: dict[str, tuple[LinkAnswer, str]] = {
    "about-another": (answer(asked=4), "asked"),
    "about-another-issuer's": (
        LinkAnswer(AS_OF, linked(3, key_id=b"o" * 20), linked(3), (), ()),
        "asked",
    ),
    "about-another-kind": (LinkAnswer(AS_OF, linked(3, SIGN), linked(3), (), ()), "asked"),
    "about-a-phone": (LinkAnswer(AS_OF, linked(3, carrier=PHONE), linked(3), (), ()), "asked"),
    "mark-to-come": (answer(as_of=NOW + CLOCKS + timedelta(seconds=1)), "time"),
    "mark-long-gone": (answer(as_of=NOW - OLDEST_MARK - timedelta(seconds=1)), "time"),
    "issued-after-the-mark": (
        msgspec.structs.replace(answer(), asked=msgspec.structs.replace(linked(3), issued=NOW)),
        "time",
    ),
    "predecessor-of-another-kind": (
        LinkAnswer(AS_OF, linked(3), linked(3), (linked(1, SIGN),), ()),
        "population",
    ),
    "predecessor-of-another-carrier": (
        LinkAnswer(AS_OF, linked(3), linked(3), (linked(1, carrier=PHONE),), ()),
        "population",
    ),
    "predecessor-issued-later": (answer(previous=(4,)), "population"),
    "its-own-predecessor": (answer(previous=(1, 3)), "no loop"),
    "one-twice": (answer(previous=(1, 1)), "no loop"),
    "two-pairs": (answer(counterparts=(linked(9, SIGN), linked(8, SIGN))), "population"),
    "counterpart-of-its-own-population": (answer(counterparts=(linked(9),)), "population"),
}


@pytest.mark.parametrize(("told", "rule"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused_whole(told: LinkAnswer, rule: str) -> None:
    """Each by its rule, and the words name no certificate."""
    with pytest.raises(LinkRefused) as refused:
        read_lineage(told, named(3), CARD, NOW)
    assert refused.value.rule == rule
    assert "6b6b" not in str(refused.value)


@pytest.mark.parametrize("as_of", [NOW - OLDEST_MARK, NOW + CLOCKS])
def test_marks_on_the_edge_are_taken(as_of: datetime) -> None:
    """An hour old is not older, and two clocks may differ by a minute."""
    assert read_lineage(answer(as_of=as_of), named(3), CARD, NOW).as_of == as_of


@pytest.mark.parametrize("current", [None, linked(5)], ids=["none", "another"])
def test_a_certificate_with_a_successor_is_not_current(current: object) -> None:
    """Its line goes on without it: the account must not move to what is over."""
    with pytest.raises(NotCurrent):
        read_lineage(answer(current=current), named(3), CARD, NOW)

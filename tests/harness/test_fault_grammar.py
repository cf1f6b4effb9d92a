"""The grammar of faults as a table of values: whom a fault meets, how often, when, and which cannot be."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from harness.doors.carrier import CARRIERS
from harness.jlis import crl_faults, ocsp_faults
from harness.jlis.fault_grammar import GRAMMAR, Fault, FaultDoor
from harness.jlis.faults import Asked, FaultRefused, Faults, Order, UnknownFault
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")
SECOND = timedelta(seconds=1)
AUTH = Asked(FaultDoor.OCSP_AUTH, 5, nonce=True)


def met(order: Order, asked: Asked = AUTH) -> bool:
    """Return whether a fault meets a request at 09:07."""
    faults = Faults()
    faults.set(order)
    return faults.take(asked, NOW) is not None


def test_every_fault_is_made_in_one_place() -> None:
    """Each member has a row, and is done by the carrier or by the content, of OCSP always, of lists where it can be."""
    assert set(GRAMMAR) == set(Fault)
    content = {fault for fault, rule in GRAMMAR.items() if rule.content}
    assert set(CARRIERS) == set(Fault) - content
    assert set(ocsp_faults.BENDS) == {fault for fault in content if not GRAMMAR[fault].crl_only}
    assert set(crl_faults.BENDS) == {fault for fault in content if not GRAMMAR[fault].ocsp_only}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, True),
        ({"door": FaultDoor.OCSP_SIGN}, False),
        ({"door": FaultDoor.CRL}, False),
        ({"serial": 5}, True),
        ({"serial": 6}, False),
        ({"since": NOW}, True),
        ({"since": NOW + SECOND}, False),
        ({"until": NOW + SECOND}, True),
        ({"until": NOW}, False),
        ({"since": NOW - SECOND, "until": NOW + SECOND}, True),
    ],
)
def test_scope(scope: dict[str, Any], expected: bool) -> None:  # noqa: FBT001  (a table)
    """By door, serial and window of the world's clock, whose beginning is in it and whose end is not."""
    assert met(Order(**{"fault": Fault.CUT, "door": FaultDoor.OCSP_AUTH, **scope})) is expected


@pytest.mark.parametrize(
    ("fault", "asked", "expected"),
    [
        (Fault.UNAVAILABLE, Asked(FaultDoor.OCSP_AUTH, says=False), True),
        (Fault.STALE, Asked(FaultDoor.OCSP_AUTH, says=False), False),
        (Fault.NO_NONCE, Asked(FaultDoor.OCSP_AUTH, 5), False),
        (Fault.WRONG_NONCE, Asked(FaultDoor.OCSP_AUTH, 5), False),
        (Fault.WRONG_NONCE, AUTH, True),
    ],
)
def test_a_fault_that_has_nothing_to_bend_waits_for_the_next(
    fault: Fault,
    asked: Asked,
    expected: bool,  # noqa: FBT001  (a table)
) -> None:
    """A content fault meets no malformed request, a nonce fault no request without one; neither is counted."""
    assert met(Order(fault, FaultDoor.OCSP_AUTH, count=1), asked) is expected


def test_the_next_n_answers() -> None:
    """Met twice and no more; it stands on with nothing left, and the one set after it has its turn."""
    faults = Faults()
    first = faults.set(Order(Fault.CUT, FaultDoor.OCSP_AUTH, count=2))
    faults.set(Order(Fault.TRY_LATER, FaultDoor.OCSP_AUTH))
    taken = [faults.take(AUTH, NOW) for _ in range(3)]
    assert [(one.order.fault, one.given, one.left) for one in taken if one] == [
        (Fault.CUT, 1, 1),
        (Fault.CUT, 2, 0),
        (Fault.TRY_LATER, 1, None),
    ]
    assert [(one.id, one.given) for one in faults] == [(first.id, 2), ("f2", 1)]


def test_several_meet_one_answer() -> None:
    """Those of content in their order, then the first carrier; a carrier that has nothing to carry is not counted."""
    faults = Faults()
    for fault in (Fault.CUT, Fault.STALE, Fault.UNAVAILABLE, Fault.NO_NONCE):
        faults.set(Order(fault, FaultDoor.OCSP_AUTH, count=1))
    assert [one.order.fault for one in faults.take_all(AUTH, NOW)] == [Fault.STALE, Fault.NO_NONCE, Fault.CUT]
    assert [one.order.fault for one in faults.take_all(AUTH, NOW)] == [Fault.UNAVAILABLE]
    assert faults.take_all(AUTH, NOW) == []


def drawn(seed: int, probability: float, requests: int = 400) -> list[bool]:
    """Return which of so many requests a fault meets."""
    faults = Faults()
    faults.set(Order(Fault.CUT, FaultDoor.OCSP_AUTH, probability=probability, seed=seed))
    return [bool(faults.take_all(AUTH, NOW)) for _ in range(requests)]


def test_a_seed_says_which_requests_are_met() -> None:
    """The same ones again, other ones for another seed, about as many as the probability says; 1 is every one."""
    once = drawn(1, 0.25)
    assert drawn(1, 0.25) == once
    assert drawn(2, 0.25) != once
    assert 60 < sum(once) < 140
    assert all(drawn(1, 1.0))
    assert [number for number, met in enumerate(drawn(7, 0.1, 50)) if met] == [
        number for number in range(50) if int(hashlib.sha256(f"7/{number}".encode()).hexdigest()[:16], 16) / 2**64 < 0.1
    ]


def test_only_requests_that_fit_are_numbered() -> None:
    """What another serial is asked in between changes nothing; the count is of those that were met."""
    plain, mixed = Faults(), Faults()
    order = Order(Fault.CUT, FaultDoor.OCSP_AUTH, serial=5, probability=0.5, seed=3, count=4)
    plain.set(order)
    mixed.set(order)
    other = Asked(FaultDoor.OCSP_AUTH, 6)
    said = [bool(plain.take_all(AUTH, NOW)) for _ in range(30)]
    assert [bool(mixed.take_all(AUTH, NOW)) for _ in range(30) if not mixed.take_all(other, NOW)] == said
    assert sum(said) == 4


def test_taken_away() -> None:
    """One by its id, then all; who watches hears of both; an id comes never again."""
    faults, told = Faults(), []
    one, two = (faults.set(Order(Fault.CUT, FaultDoor.CRL)) for _ in range(2))
    with faults.watching(lambda: told.append(len(list(faults)))):
        assert faults.remove(one.id) == one
        assert one.id not in faults
        assert faults.clear() == [two]
    assert told == [1, 0]
    with pytest.raises(UnknownFault, match="f1"):
        faults.remove(one.id)
    assert faults.set(Order(Fault.CUT, FaultDoor.CRL)).id == "f3"
    assert told == [1, 0]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (Order(Fault.NO_NONCE, FaultDoor.CRL), "a list knows no no_nonce"),
        (Order(Fault.LIST_EMPTY, FaultDoor.OCSP_AUTH), "a status answer knows no list_empty"),
        (Order(Fault.LIST_EMPTY, FaultDoor.CRL, entries=5), "list_empty adds none"),
        (Order(Fault.LIST_HUGE, FaultDoor.CRL, entries=0), "more than 0 and at most 10000000"),
        (Order(Fault.LIST_HUGE, FaultDoor.CRL, entries=10_000_001), "more than 0 and at most 10000000"),
        (Order(Fault.CUT, FaultDoor.CRL, serial=5), "serial: expected none"),
        (Order(Fault.CUT, FaultDoor.OCSP_AUTH, seconds=1), "cut takes no time"),
        (Order(Fault.DELAY, FaultDoor.OCSP_AUTH, seconds=0), "more than 0 and at most 600"),
        (Order(Fault.DELAY, FaultDoor.OCSP_AUTH, seconds=601), "more than 0 and at most 600"),
        (Order(Fault.STALE, FaultDoor.CRL, seconds=float("nan")), "0 or more"),
        (Order(Fault.STALE, FaultDoor.CRL, seconds=-1), "0 or more"),
        (Order(Fault.CUT, FaultDoor.CRL, probability=0), "probability: expected more than 0"),
        (Order(Fault.CUT, FaultDoor.CRL, probability=1.5), "at most 1, actual 1.5"),
        (Order(Fault.CUT, FaultDoor.CRL, since=NOW, until=NOW), "expected an instant after since"),
    ],
)
def test_what_cannot_be_is_refused(order: Order, says: str) -> None:
    """With the reason, and nothing stands."""
    faults = Faults()
    with pytest.raises(FaultRefused, match=says):
        faults.set(order)
    assert not faults


def test_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets faults in a loop is told to clear them."""
    monkeypatch.setattr("harness.jlis.faults.MOST_FAULTS", 1)
    faults = Faults()
    faults.set(Order(Fault.CUT, FaultDoor.CRL))
    with pytest.raises(FaultRefused, match="clear them first"):
        faults.set(Order(Fault.CUT, FaultDoor.CRL))

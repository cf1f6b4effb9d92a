"""The relying party as an object: the surface in process, and a ValueError for what is broken."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from reference_impl.python_object import RelyingPartyObject, make


@pytest.fixture
def party() -> Iterator[RelyingPartyObject]:
    """One, closed afterwards."""
    with closing(make()) as made:
        yield made


def test_object_answers_as_the_surface_does(party: RelyingPartyObject) -> None:
    """Plain values in, plain values out."""
    assert party.answer("hello", {"contract": "1.0"})["role"] == "relying-party"
    assert party.answer("set_time", {"instant": "2026-01-05T00:00:00Z", "epoch": 3}) == {"epoch": 3}
    assert party.answer("reset", {}) == {}


@pytest.mark.parametrize(
    ("verb", "message", "says"),
    [
        ("hello", {"contract": 1}, "hello|contract|expected"),
        ("sing", {}, "unknown verb"),
        ("reset", {"all": True}, "expected a Reset"),
    ],
)
def test_broken_message_is_a_value_error(
    party: RelyingPartyObject, verb: str, message: dict[str, object], says: str
) -> None:
    """It says what was expected, and the next message is answered."""
    with pytest.raises(ValueError, match=says):
        party.answer(verb, message)
    assert party.answer("reset", {}) == {}

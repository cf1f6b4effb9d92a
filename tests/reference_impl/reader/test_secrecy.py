"""個人番号 and PINs show themselves nowhere: not in repr, not in a log, not to an encoder, not in a fault."""

import json
import logging
import pickle
import traceback
from collections.abc import Callable

import msgspec
import pytest

from reference_impl.reader.faults import ReaderFault
from reference_impl.reader.personal_number import PersonalNumber
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import REFERENCES, TEXT_CODE_A, TEXT_PIN, VISUAL_CODE_B, Reference
from tests.reference_impl.reader.cards import Desk, client_of
from tests.reference_impl.reader.operations import OPERATIONS

SECRET = "999900000011"
VALUES: dict[str, Callable[[], object]] = {
    "number": lambda: PersonalNumber(SECRET),
    "pin": lambda: PinTry(SECRET, must_remain=1),
}


@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
def test_a_secret_does_not_show_itself(make: Callable[[], object], caplog: pytest.LogCaptureFixture) -> None:
    """repr, str, format, %s in a log, and inside of other things."""
    value = make()
    logging.getLogger("counter").warning("read %s %r", value, [value])
    for shown in (repr(value), str(value), f"{value}", f"{[value]!r}", str({"value": value}), caplog.text):
        assert SECRET not in shown


@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("encode", [json.dumps, msgspec.json.encode, msgspec.msgpack.encode, pickle.dumps])
def test_no_encoder_takes_a_secret(make: Callable[[], object], encode: Callable[[object], object]) -> None:
    """It is not stored by accident."""
    with pytest.raises(TypeError):
        encode(make())


def test_a_number_is_compared_and_revealed_on_purpose() -> None:
    """`reveal` is the one way; equality is that of the digits; it is no key of a dictionary."""
    number = PersonalNumber(SECRET)
    assert number.reveal() == SECRET
    assert number == PersonalNumber(SECRET)
    assert number != PersonalNumber("123456789018")
    assert number != SECRET
    with pytest.raises(TypeError):
        hash(number)


def test_attributes_and_face_do_not_show_the_holder(desk: Desk) -> None:
    """Nor does a struct that was logged by mistake."""
    client = client_of(desk.profile())
    attributes = client.text.read_attributes(TEXT_PIN, desk.attempt(TEXT_PIN))
    face = client.visual.read_face(VISUAL_CODE_B, desk.attempt(VISUAL_CODE_B))
    for shown in (repr(attributes), repr(face)):
        assert attributes.name not in shown
        assert attributes.address not in shown
        assert attributes.birth_date not in shown


def test_the_number_is_read_by_its_own_method_alone(desk: Desk) -> None:
    """No other operation of the text and visual applications returns it, or the picture of it."""
    number = desk.secret(TEXT_CODE_A).encode()
    for name, operation in OPERATIONS.items():
        if name in {"number", "number by a", "number image"} or operation.reference is None:
            continue
        result = operation.do(client_of(desk.profile()), desk.attempt(operation.reference))
        assert number not in msgspec.msgpack.encode(_plain(result)), name


def _plain(result: object) -> object:
    """What can be encoded of it: a struct by its fields, keys left out."""
    if isinstance(result, msgspec.Struct):
        fields = msgspec.structs.asdict(result)
        return [repr(each) if type(each).__module__.startswith("cryptography") else each for each in fields.values()]
    return result


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda each: each.name.en)
def test_no_fault_repeats_a_value(desk: Desk, reference: Reference) -> None:
    """Neither its message nor the whole traceback: of a refused form, and of a wrong value."""
    operation = next(each for each in OPERATIONS.values() if each.reference == reference)
    typed = {"0" * 12, "0" * 14, "909090", "9090", "WRONG1", "ungültig-7"}
    for value in typed:
        try:
            operation.do(client_of(desk.profile()), PinTry(value, must_remain=1))
        except ReaderFault as fault:
            assert value not in fault.ja + fault.en  # noqa: PT017
            assert value not in "".join(traceback.format_exception(fault))  # noqa: PT017

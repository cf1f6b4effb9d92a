"""Answers read by their shape: whatever octet is altered, the same is read of them as strictly, or nothing at all."""

from datetime import timedelta

import pytest

from reference_impl.verification.ocsp import SHAPES, Answer, UnreadableAnswer, UnreadableContent, parse_answer
from reference_impl.verification.ocsp_shape import MOST, AnswerShapes
from tests.reference_impl import ocsp_answers as a

PLAIN = a.answer()


def strictly(data: bytes) -> Answer | str:
    """What the strict reader makes of it, with no shape known."""
    SHAPES.forget()
    try:
        return parse_answer(data)
    except (UnreadableAnswer, UnreadableContent) as error:
        return str(error)
    finally:
        SHAPES.forget()


def learnt(data: bytes) -> AnswerShapes:
    """Shapes that know this answer."""
    shapes = AnswerShapes()
    answer = strictly(data)
    assert isinstance(answer, Answer)
    shapes.learn(data, answer)
    return shapes


def test_another_answer_of_the_shape_is_read_as_strictly() -> None:
    """Other times, another serial, another nonce."""
    shapes = learnt(PLAIN)
    later, about = a.GRID + timedelta(minutes=15), a.certificate_id(a.tlv(2, bytes.fromhex("07654321")))
    single = a.tlv(0x30, about, a.GOOD, a.time(later), a.tlv(0xA0, a.time(later + timedelta(hours=1))))
    other = a.answer(single)
    assert len(other) == len(PLAIN)
    read = shapes.read(other)
    assert read is not None
    assert read == strictly(other)
    assert shapes.read(PLAIN) == strictly(PLAIN)


@pytest.mark.parametrize("change", [0x01, 0x80, 0xFF], ids=["lowest-bit", "highest-bit", "every-bit"])
def test_altered_octet_is_read_as_strictly_or_not_at_all(change: int) -> None:
    """Every octet of an answer in turn; most of them are no field, and then there is no shape."""
    shapes = learnt(PLAIN)
    read = 0
    for place in range(len(PLAIN)):
        altered = PLAIN[:place] + bytes([PLAIN[place] ^ change]) + PLAIN[place + 1 :]
        found = shapes.read(altered)
        if found is not None:
            read += 1
            assert found == strictly(altered), place
    assert read > 200  # the signature at least


@pytest.mark.parametrize("status", [a.revoked(), a.revoked(reason=6), a.UNKNOWN], ids=["revoked", "hold", "unknown"])
def test_what_is_not_good_has_no_shape(status: bytes) -> None:
    """It is read strictly each time."""
    single = a.tlv(0x30, a.certificate_id(), status, a.time(a.GRID), a.tlv(0xA0, a.time(a.GRID + timedelta(hours=1))))
    data = a.answer(single)
    assert learnt(data).read(data) is None


def test_shapes_are_bounded() -> None:
    """A stranger's answers push others out, and take no more room."""
    shapes, answer = AnswerShapes(), strictly(PLAIN)
    assert isinstance(answer, Answer)
    for _ in range(3 * MOST):
        shapes.learn(PLAIN, answer)
    assert [len(each) for each in shapes._shapes.values()] == [MOST]

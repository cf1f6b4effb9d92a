"""P1 and P2, against ISO/IEC 7816-4:2013 and spec/card.md §1.3, §3."""

import pytest

from cardsim.p1p2 import SelectBy, Selection, read_place, read_reference, read_selection


@pytest.mark.parametrize(
    ("p1", "p2", "means"),
    [
        (0x00, 0x00, Selection(SelectBy.IDENTIFIER, wants_fci=True)),
        (0x00, 0x0C, Selection(SelectBy.IDENTIFIER, wants_fci=False)),
        (0x02, 0x0C, Selection(SelectBy.ELEMENT, wants_fci=False)),
        (0x04, 0x0C, Selection(SelectBy.NAME, wants_fci=False)),
        (0x04, 0x00, Selection(SelectBy.NAME, wants_fci=True)),
        (0x04, 0x02, None),
        (0x04, 0x04, None),
        (0x01, 0x0C, None),
        (0x08, 0x0C, None),
    ],
)
def test_selection_means(p1: int, p2: int, means: Selection | None) -> None:
    """SELECT takes three ways to name and two kinds of answer, nothing else."""
    assert read_selection(p1, p2) == means


@pytest.mark.parametrize(
    ("p1", "p2", "means"),
    [
        (0x00, 0x00, (0, 0)),
        (0x01, 0x02, (0, 0x0102)),
        (0x7F, 0xFF, (0, 0x7FFF)),
        (0x80, 0x05, (0, 5)),
        (0x81, 0x00, (1, 0)),
        (0x8A, 0xFF, (10, 255)),
        (0x9E, 0x01, (30, 1)),
        (0x9F, 0x00, None),
        (0xA1, 0x00, None),
        (0xC1, 0x00, None),
        (0xFF, 0xFF, None),
    ],
)
def test_place_means(p1: int, p2: int, means: tuple[int, int] | None) -> None:
    """READ BINARY has a 15-bit offset, or five bits of identifier and eight of offset; 31 names no file."""
    assert read_place(p1, p2) == means


@pytest.mark.parametrize(
    ("p2", "means"),
    [
        (0x80, 0),
        (0x81, 1),
        (0x98, 0x18),
        (0x9B, 0x1B),
        (0x9E, 30),
        (0x9F, None),
        (0x00, None),
        (0x18, None),
        (0xA0, None),
        (0xC1, None),
    ],
)
def test_reference_means(p2: int, means: int | None) -> None:
    """VERIFY names the current file by 80 and another by 80 with its short identifier."""
    assert read_reference(p2) == means

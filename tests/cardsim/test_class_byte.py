"""The class byte, against ISO/IEC 7816-4:2013 Tables 2 and 3."""

import pytest

from cardsim.cla import Class, parse_class


@pytest.mark.parametrize(
    ("cla", "means"),
    [
        (0x00, Class(channel=0, chained=False, secured=False)),
        (0x01, Class(channel=1, chained=False, secured=False)),
        (0x03, Class(channel=3, chained=False, secured=False)),
        (0x04, Class(channel=0, chained=False, secured=True)),
        (0x08, Class(channel=0, chained=False, secured=True)),
        (0x0C, Class(channel=0, chained=False, secured=True)),
        (0x10, Class(channel=0, chained=True, secured=False)),
        (0x1F, Class(channel=3, chained=True, secured=True)),
        (0x20, None),
        (0x3F, None),
        (0x40, Class(channel=4, chained=False, secured=False)),
        (0x4F, Class(channel=19, chained=False, secured=False)),
        (0x50, Class(channel=4, chained=True, secured=False)),
        (0x60, Class(channel=4, chained=False, secured=True)),
        (0x7F, Class(channel=19, chained=True, secured=True)),
        (0x80, None),
        (0xFF, None),
    ],
)
def test_class_byte_means(cla: int, means: Class | None) -> None:
    """A class byte is read bit by bit as the tables say; reserved and proprietary ones are not interindustry."""
    assert parse_class(cla) == means

"""The key of an entry: the same by the column as one by one, at every bound of a serial number's length."""

import numpy as np
import pytest

from reference_impl.verification.lists.keys import IS_LONG, LAST_KEY, is_long, key_and_place, keys_and_places

SERIALS = sorted(
    {
        sign * ((1 << bits) + more)
        for bits in (0, 7, 8, 15, 23, 29, 30, 31, 32, 39, 40, 63, 64, 159)
        for more in (-1, 0, 1)
        for sign in (1, -1)
    }
)


def octets_of(serial: int) -> int:
    """How many octets an INTEGER of this value has (X.690 §8.3)."""
    return (serial if serial >= 0 else ~serial).bit_length() // 8 + 1


@pytest.mark.parametrize("serial", SERIALS)
def test_key_by_the_column(serial: int) -> None:
    """Of four octets and more; a negative one of fewer is left to the strict reader (`shapes`)."""
    octets, place = octets_of(serial), 12_345
    assert is_long(serial) is (serial < 0 or serial >= 1 << 30)
    word = key_and_place(serial, place)
    assert (bool(word & IS_LONG), word & 0x7FFFFFFF, word >> 32 <= LAST_KEY) == (is_long(serial), place, True)
    if serial >= 0 or octets >= 4:
        low = np.array([serial & 0xFFFFFFFF], np.uint32)
        assert keys_and_places(low, np.array([place], np.int64), octets).tolist() == [word]


def test_keys_are_equal_where_the_last_thirty_bits_are() -> None:
    """And only there."""
    keys = {key_and_place(serial, 0) >> 32 for serial in range(0, 1 << 30, 99_991)}
    assert len(keys) == len(range(0, 1 << 30, 99_991))
    assert key_and_place(5, 0) >> 32 == key_and_place(5 + (1 << 30), 0) >> 32 == key_and_place(5 - (1 << 30), 0) >> 32

"""Headers of DER read where they lie, in bytes or in a mapped file, without an object for each (X.690 §8.1, §10.1).

A list has millions of elements; `der.Element` is for the few whose fields have names.
"""

from mmap import mmap

from reference_impl.verification.der import DerError

Octets = bytes | mmap
"""What a list lies in. A mapping is bytes that happen to be in a file: indexing gives an int, a slice gives bytes."""

Header = tuple[int, int, int]
"""Tag, where the content begins, where it ends."""


def read_header(data: Octets, offset: int, limit: int) -> Header:
    """The header of the element at `offset`, which ends no later than `limit`."""
    if offset + 2 > limit:
        raise DerError(offset, "X.690 §8.1.2", "a tag and a length", "the end of the data")
    tag, length, body = data[offset], data[offset + 1], offset + 2
    if tag & 0x1F == 0x1F:
        raise DerError(offset, "X.690 §8.1.2.4", "a tag number below 31", f"{tag:#04x}")
    if length >= 0x80:
        if length == 0x81 and body < limit and data[body] >= 0x80:  # the two forms that most lists have
            length, body = data[body], body + 1
        elif length == 0x82 and body + 1 < limit and data[body]:
            length, body = data[body] << 8 | data[body + 1], body + 2
        else:
            length, body = _read_long_length(data, offset + 1, limit)
    end = body + length
    if end > limit:
        raise DerError(offset, "X.690 §8.1.3", f"{length} content octets", f"{limit - body}")
    return tag, body, end


def _read_long_length(data: Octets, offset: int, limit: int) -> tuple[int, int]:
    """A length of more than one octet, and the offset after it: definite, of the fewest octets (X.690 §10.1)."""
    count = data[offset] & 0x7F
    body = offset + 1 + count
    if count == 0 or count > 4:
        raise DerError(offset, "X.690 §10.1", "a definite length of at most 4 octets", f"{data[offset]:#04x}")
    if body > limit:
        raise DerError(offset, "X.690 §8.1.3", f"{count} length octets", "the end of the data")
    length = int.from_bytes(data[offset + 1 : body])
    if length < 0x80 or length >> (8 * (count - 1)) == 0:
        raise DerError(offset, "X.690 §10.1", "the shortest length", data[offset:body].hex())
    return length, body


def expect_header(data: Octets, offset: int, limit: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `offset` begins and ends, if it carries `tag`."""
    found, body, end = read_header(data, offset, limit)
    if found != tag:
        raise DerError(offset, "structure", f"tag {tag:#04x}", f"tag {found:#04x}")
    return body, end


def moved(error: DerError, by: int) -> DerError:
    """The same error with its offset counted from elsewhere."""
    return DerError(error.offset + by, error.rule, error.expected, error.actual)

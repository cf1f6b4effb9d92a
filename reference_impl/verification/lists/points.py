"""Where a certificate says that its revocation is listed: names of points (RFC 5280 §4.2.1.13).

JPKI's points are directory names without an address (spec/pki.md §1.3, §2): a name says which list it is, and the
operator says where lists are. An address in a certificate is not followed.
"""

from functools import lru_cache
from typing import Final

from reference_impl.verification import der

_POINT, _REASONS, _ISSUER = 0xA0, 0x81, 0xA2
_FULL_NAME, _DIRECTORY_NAME = 0xA0, 0xA4
_REMEMBERED: Final = 16_384
"""Values that are remembered with what they say: more than there are municipalities, kinds and generations."""


@lru_cache(maxsize=_REMEMBERED)
def read_points(value: bytes) -> tuple[bytes, ...]:
    """The directory names (DER) of a cRLDistributionPoints value.

    A point that lists some reasons alone, or by another issuer, is left out: its list cannot say "not revoked".
    """
    names: list[bytes] = []
    for element in der.children(der.parse_der(value, der.SEQUENCE)):
        fields = {field.tag: field for field in der.children(der.expect_tag(element, der.SEQUENCE))}
        if not fields or not fields.keys() <= {_POINT, _REASONS, _ISSUER}:
            raise der.DerError(element.start, "RFC 5280 §4.2.1.13", "distributionPoint, reasons, cRLIssuer", "another")
        if fields.keys() == {_POINT}:
            names += _directory_names(fields[_POINT])
    return tuple(names)


def _directory_names(point: der.Element) -> list[bytes]:
    (name,) = der.children(point) or (None,)
    if name is None or name.tag != _FULL_NAME:
        return []
    return [der.children(each)[0].encoded for each in der.children(name) if each.tag == _DIRECTORY_NAME]

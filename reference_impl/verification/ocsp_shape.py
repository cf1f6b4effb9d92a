"""The answers of one responder are alike but for a few fields, so what was read strictly once need not be read again.

A shape is what the strict reader made of one answer (`good`, about one certificate), with the octets around the fields
that differ between answers: producedAt, serial, thisUpdate, nextUpdate, nonce, signature. Another answer has that shape
if it has all the other octets at the same places; then what the strict reader says of it depends on those fields alone,
and they are read here by the strict reader's own functions. Whatever is unusual is left to it, and so is everything
that is not `good`. `read` equals `ocsp.parse_answer` (a test compares the two on tens of thousands of altered answers)
in a twentieth of the time.

It is a function of the octets and says nothing of who signed them: that is proved of each answer, as ever. So anybody's
answers may be learnt, and all that a stranger gains is that the shapes of others have to be learnt again.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from struct import Struct
from typing import Any, Final, Protocol

import msgspec

from reference_impl.verification import der
from reference_impl.verification.ocsp_fields import read_exactly, read_explicit, read_only
from reference_impl.verification.ocsp_single import CertificateId, CertificateStatus, Single

MOST: Final = 16
"""Shapes of one length."""
LENGTHS: Final = 64
_FIELDS: Final = 6
_Span = tuple[int, int]


class Read(Protocol):
    """What the strict reader makes of an answer (`ocsp.Answer`)."""

    @property
    def signed(self) -> bytes:
        """The octets that are signed."""

    @property
    def nonce(self) -> bytes | None:
        """The nonce."""

    @property
    def unprocessed_extensions(self) -> tuple[str, ...]:
        """Critical ones that are not known here."""

    @property
    def singles(self) -> tuple[Single, ...]:
        """What is said of each certificate."""


class _Shape(msgspec.Struct, frozen=True):
    """The octets between the fields that differ, and the answer that it was learnt of."""

    split: Callable[[bytes], tuple[bytes, ...]]
    fixed: tuple[bytes, ...]
    signed: _Span
    learnt: Any


class AnswerShapes:
    """The shapes that were learnt, the newest first; of each length so many, and so many lengths."""

    def __init__(self) -> None:
        self._shapes: dict[int, tuple[_Shape, ...]] = {}

    def read(self, data: bytes) -> Any | None:
        """What `parse_answer` makes of `data`, if its shape is known and no field of it is unusual."""
        for shape in self._shapes.get(len(data), ()):
            runs = shape.split(data)
            if runs[::2] == shape.fixed:
                return _filled(shape, data, runs[1::2])
        return None

    def learn(self, data: bytes, answer: Read) -> None:
        """Remembers the shape of an answer that was read strictly, unless it has none."""
        places = _places(data, answer)
        if places is None:
            return
        known = self._shapes.get(len(data), ())
        if not known and len(self._shapes) >= LENGTHS:
            self._shapes = {}
        borders = [0, *(border for place in places for border in place), len(data)]
        split = Struct("".join(f"{end - begin}s" for begin, end in pairwise(borders))).unpack
        begin = data.index(answer.signed)
        signed = (begin, begin + len(answer.signed))
        shape = _Shape(split, split(data)[::2], signed, answer)
        self._shapes[len(data)] = (shape, *known)[:MOST]

    def forget(self) -> None:
        """Forgets all of them."""
        self._shapes = {}


def _filled(shape: _Shape, data: bytes, fields: tuple[bytes, ...]) -> Any | None:
    produced, serial, this, following, nonce, signature = fields
    try:
        single = msgspec.structs.replace(
            shape.learnt.singles[0],
            about=_about(shape.learnt.singles[0].about, serial),
            this_update=_instant(this),
            next_update=_instant(following),
        )
        produced_at = _instant(produced)
    except der.DerError:
        return None
    begin, end = shape.signed
    return msgspec.structs.replace(
        shape.learnt,
        signed=data[begin:end],
        signature=signature,
        produced_at=produced_at,
        nonce=nonce,
        singles=(single,),
    )


def _about(learnt: CertificateId, serial: bytes) -> CertificateId:
    number = der.read_integer(der.Element(serial, der.INTEGER, 0, 0, len(serial)))
    return CertificateId(learnt.digest, learnt.name_hash, learnt.key_hash, number)


@lru_cache(maxsize=1024)
def _instant(octets: bytes) -> Any:
    return der.read_time(der.Element(octets, der.GENERALIZED_TIME, 0, 0, len(octets)))


def _places(data: bytes, answer: Read) -> list[_Span] | None:
    """Where the fields stand, in their order; None for an answer that is not of the usual form."""
    if len(answer.singles) != 1 or answer.unprocessed_extensions or answer.nonce is None:
        return None
    single = answer.singles[0]
    is_plain = single.next_update is not None and single.archive_cutoff is None and not single.unprocessed_extensions
    if single.status is not CertificateStatus.GOOD or not is_plain:
        return None
    places = [(each.body, each.end) for each in _fields(data)]
    return places if len(places) == _FIELDS else None


def _fields(data: bytes) -> Iterator[der.Element]:
    """The six fields of an answer that was read already."""
    _, octets = read_exactly(read_only(der.children(der.parse_der(data, der.SEQUENCE))[1]), 2, "", "")
    basic = der.children(read_only(octets))
    _, produced, responses, extensions = der.children(basic[0])
    about, _, this, following, *more = der.children(read_only(responses))
    if more:
        return
    yield produced
    yield der.children(about)[3]
    yield this
    yield read_explicit(following, 0xA0)
    parts = [der.children(each) for each in der.children(read_explicit(extensions, 0xA1))]
    if len(parts) == 1:
        yield read_only(parts[0][-1])
    signature = basic[2]
    yield msgspec.structs.replace(signature, body=signature.body + 1)

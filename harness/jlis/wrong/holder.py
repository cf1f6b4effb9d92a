"""Wrong attributes of the holder: the otherNames of a signature certificate (spec/pki.md §1.4, RFC 5280 §4.2.1.6)."""

from collections.abc import Callable, Mapping

from asn1crypto import core

from harness.jlis.wrong.oids import HOLDER, SUBJECT_ALT_NAME
from harness.jlis.wrong.parts import SEQUENCE, Parts, contents_of, elements, tlv
from harness.jlis.wrong.variant import SIGN_ONLY, Change, Standing, Variant
from harness.jlis.wrong.vocabulary import Wrong

NAME, NAME_FLAGS, BIRTH_DATE, ADDRESS, ADDRESS_FLAGS = 1, 2, 4, 5, 6
OTHER_NAME, VALUE, WRONG_TAG = 0xA0, 0xA0, 0xA1
LONGEST = 200
Attributes = list[tuple[int, bytes]]
"""Number under the arc and the EXPLICIT value, tag and all, in the order they stand in."""


def _text(words: str, tag: int = VALUE) -> bytes:
    return tlv(tag, core.UTF8String(words).dump())


def _words(value: bytes) -> str:
    return str(core.UTF8String.load(contents_of(value)).native)


def _attributes(change: Callable[[Attributes], Attributes]) -> Change:
    """Return the change of the certificate that a change of its attributes is."""
    return lambda parts, _signer: parts.with_value(SUBJECT_ALT_NAME, _written(change(_read(parts))))


def _read(parts: Parts) -> Attributes:
    pairs = [elements(contents_of(name)) for name in elements(contents_of(parts.value(SUBJECT_ALT_NAME)))]
    return [(int(core.ObjectIdentifier.load(oid).dotted.rsplit(".", 1)[1]), value) for oid, value in pairs]


def _written(attributes: Attributes) -> bytes:
    names = (tlv(OTHER_NAME, core.ObjectIdentifier(f"{HOLDER}.{number}").dump(), value) for number, value in attributes)
    return tlv(SEQUENCE, *names)


def _each(change: Callable[[int, bytes], bytes]) -> Change:
    """Return the change that gives values from the old ones and leaves the numbers in their places."""
    return _attributes(lambda attributes: [(number, change(number, value)) for number, value in attributes])


def _only(which: int, change: Callable[[bytes], bytes]) -> Change:
    return _each(lambda number, value: change(value) if number == which else value)


def _twice(attributes: Attributes) -> Attributes:
    return [*attributes, (ADDRESS, _text("試験県別市別町９番９号"))]


def _swapped(attributes: Attributes) -> Attributes:
    other = {ADDRESS: ADDRESS_FLAGS, ADDRESS_FLAGS: ADDRESS}
    return [(other.get(number, number), value) for number, value in attributes]


def _bmp(value: bytes) -> bytes:
    return tlv(VALUE, core.BMPString(_words(value)).dump())


def _address_of(length: int) -> Change:
    """Return the change to an address of so many characters; its flags follow, for they are not what is wrong."""

    def change(number: int, value: bytes) -> bytes:
        if number == ADDRESS:
            return _text(_words(value).ljust(length, "番")[:length])
        return _text("0" * length) if number == ADDRESS_FLAGS else value

    return _each(change)


_POLICY, _LEGAL, _PROFILE = Standing.POLICY, Standing.LEGAL, "spec/pki.md §1.4"
_OTHER_NAME = f"RFC 5280 §4.2.1.6, {_PROFILE}"
HOLDER_ATTRIBUTES: Mapping[Wrong, Variant] = {
    wrong: Variant(clause, standing, change, kinds=SIGN_ONLY)
    for wrong, clause, standing, change in (
        (
            Wrong.OTHER_NAME_WITH_OTHER_TAG,
            _OTHER_NAME,
            _POLICY,
            _only(NAME, lambda value: tlv(WRONG_TAG, contents_of(value))),
        ),
        (Wrong.OTHER_NAME_OF_OTHER_TYPE, _PROFILE, _POLICY, _only(NAME, _bmp)),
        (Wrong.OTHER_NAME_TWICE, _PROFILE, _POLICY, _attributes(_twice)),
        (Wrong.ADDRESS_AND_FLAGS_SWAPPED, _PROFILE, _POLICY, _attributes(_swapped)),
        (
            Wrong.NAME_FLAGS_TOO_SHORT,
            _PROFILE,
            _POLICY,
            _only(NAME_FLAGS, lambda value: _text(_words(value)[:-1])),
        ),
        (Wrong.ERA_UNKNOWN, _PROFILE, _LEGAL, _only(BIRTH_DATE, lambda value: _text(f"0{_words(value)[1:]}"))),
        (
            Wrong.BIRTH_MONTH_UNKNOWN,
            _PROFILE,
            _LEGAL,
            _only(BIRTH_DATE, lambda value: _text(f"{_words(value)[:5]}0000")),
        ),
        (Wrong.ADDRESS_OF_200_CHARACTERS, _PROFILE, _LEGAL, _address_of(LONGEST)),
        (Wrong.ADDRESS_OF_201_CHARACTERS, _PROFILE, _POLICY, _address_of(LONGEST + 1)),
    )
}

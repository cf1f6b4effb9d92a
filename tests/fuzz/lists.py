"""Revocation lists for the fuzzer: read by both of our readers, which must agree, and as cryptography reads them."""

import warnings
from contextlib import suppress

from cryptography import x509

from reference_impl.verification.der import DerError
from reference_impl.verification.lists.entry import Entry, date_and_reason_at, read_entry
from reference_impl.verification.lists.frame import Frame, read_frame
from reference_impl.verification.lists.keys import PLACE
from reference_impl.verification.lists.reader import read_entries
from reference_impl.verification.lists.terms import read_terms
from tests.revocation_lists import making as m

Read = tuple[Frame, dict[int, Entry]]
"""The list, and its entries by their places."""


def examples() -> list[bytes]:
    """Right lists: of no entry, of a few, of odd ones."""
    odd = [
        m.entry(0x07123456, m.reason(0)),
        m.entry(0x8F123456, m.reason(6), m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z"))),
        m.entry(5, m.extension(m.UNKNOWN, bytes(120)), date=m.generalized("20500101000000Z")),
    ]
    usual = [m.entry(0x07000000 + number, *([m.reason(number)] if number else [])) for number in range(7)]
    return [m.a_list([]), m.a_list(usual), m.a_list(odd), m.a_list([*usual, *odd, *usual])]


def read_list(document: bytes) -> Read:
    """The list as the strict readers read it; the fault of the reader of millions has to be the same one."""
    frame = read_frame(document)
    read_terms(document, *frame.extensions)
    keyed, faults = read_entries(document, [frame.entries])
    at, end = frame.entries
    entries: dict[int, Entry] = {}
    try:
        while at < end:
            entries[at] = read_entry(document, at, end)
            at += entries[at].length
    except DerError as error:
        if (faults[0].offset, faults[0].rule) != (error.offset, error.rule):
            raise AssertionError(f"expected {error}, the reader of millions says {faults[0]}") from error
        raise
    assert not faults, faults
    assert sorted(int(word) & PLACE for word in keyed) == sorted(entries)
    return frame, entries


def is_the_same(document: bytes, read: object) -> None:
    """Serials, dates, reasons, instants and signed octets are cryptography's, where it reads the list too."""
    assert isinstance(read, tuple)
    frame, entries = read
    for place, entry in entries.items():
        assert date_and_reason_at(document, place) == (entry.date, entry.reason)
    with suppress(ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = x509.load_der_x509_crl(document)
        theirs = [(each.serial_number, each.revocation_date_utc) for each in other]
        positive = [(each.serial, each.date) for each in entries.values()]
        assert theirs == positive
        assert other.tbs_certlist_bytes == document[slice(*frame.signed)]
        assert (other.last_update_utc, other.next_update_utc) == (frame.head.this_update, frame.head.next_update)

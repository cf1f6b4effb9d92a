"""What reader software may not write down of the person and the card before it, and where that is looked for."""

from collections.abc import Iterator

from conformance.privacy.canary import Canary, Kind
from conformance.privacy.place import Place
from conformance.roles.tap_client.case import Do
from conformance.roles.tap_client.laid import OnReader
from conformance.roles.tap_client.seen import PINS

WRITTEN = (Place.OUTPUT, Place.LOGS, Place.TRACES)


def canaries_on(do: Do, on_reader: OnReader) -> Iterator[Canary]:
    """Yield what was typed, and who the holder is; all runs have the same few cards, so none is a case's own."""
    yield from (Canary(Kind.PIN, "", PINS[typed]) for typed in do.typed if len(PINS[typed]) > 3)
    resident = on_reader.resident
    yield Canary(Kind.PERSONAL_NUMBER, "", resident.number)
    yield Canary(Kind.ADDRESS, "", resident.address)
    yield Canary(Kind.BIRTH_DATE, "", resident.birth_date.isoformat())

"""Which certificates belong together: card and phone, signature and authentication, before and after a renewal.

The law gives verifiers the corresponding numbers (公的個人認証法 arts. 18(4), 18(5)); the wire format is UNKNOWN, so
everything here is INVENTED (spec/pki.md §4). It speaks as of a mark, like OCSP.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.entries import Entry
from harness.jlis.populations import POPULATIONS
from harness.jlis.register import Register

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        "検証者は署名用と利用者証明用、新旧の対応する番号を知り得る（公的個人認証法18条）",
        "verifiers may learn which numbers belong together (the Act, art. 18)",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §4",
        "書式はすべて創作（INVENTED）",
        "the whole format is INVENTED",
    ),
)


class LinkStatus(StrEnum):
    """What became of the certificate that was asked about."""

    CURRENT = "current"
    """It is the last of its population, and in force."""
    SUCCEEDED = "succeeded"
    """Another one of its population, issued since, is in force."""
    ENDED = "ended"
    """It is over, and no other one is in force: asked again later, there may be."""


@dataclass(frozen=True, slots=True)
class Links:
    """What belongs to one certificate as of `as_of`; each list in the order of issuance."""

    as_of: datetime
    asked: Entry
    status: LinkStatus
    current: Entry | None
    """The one of its population that is in force."""
    previous: tuple[Entry, ...]
    """Those of its population before the current one, the one asked about among them unless it is current."""
    counterparts: tuple[Entry, ...]
    """Those of the other three populations that are in force: the paired certificate, and those of the other medium."""


def resolve(register: Register, kind: Kind, serial: int, generation: int | None, mark: datetime) -> Links | None:
    """Return what belongs to a certificate as of `mark`; None when none of that number was issued by then.

    `generation` is that of its issuer, None where it does not matter: numbers are unique over all of them.
    """
    asked = register.entry_at(kind, serial, mark)
    if asked is None or generation not in {None, asked.generation}:
        return None
    holder = asked.resident.id
    those = [entry for entry in register.entries_of(holder, mark) if entry.population == asked.population]
    current = register.current(holder, asked.population, mark)
    if current is asked:
        status = LinkStatus.CURRENT
    elif current is not None:
        status = LinkStatus.SUCCEEDED
    else:
        status = LinkStatus.ENDED
    others = [population for population in POPULATIONS if population != asked.population]
    paired = (register.current(holder, population, mark) for population in others)
    return Links(
        mark,
        asked,
        status,
        current,
        tuple(entry for entry in those if entry is not current),
        tuple(entry for entry in paired if entry is not None),
    )

"""What a link answer is worth. It says who is whose successor, so a wrong one hands an account to a stranger: whatever
does not fit together is refused as a whole.

    (1) asked       the answer is about the certificate that was asked about: number, issuer, kind
    (2) current     that certificate is the one in force of its population; else its own status says what is wrong
    (3) time        as of a mark that is not to come, not long gone, and not before the certificate was issued
    (4) population  every predecessor is of the same kind and carrier, and was issued no later than its successor
    (5) no loop     none is its own predecessor, none comes twice

What (issuer key, serial) mean here is for `recognition`: whose account they lead to, and whether it has moved on.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from reference_impl.accounts.links import LinkAnswer, Linked, Named
from reference_impl.verification.purpose import Carrier, CertificateKind

OLDEST_MARK: Final = timedelta(hours=1)
"""The service speaks as of the last quarter of an hour, like OCSP; what is older is somebody's copy. Our choice."""
CLOCKS: Final = timedelta(seconds=60)
"""By how much two clocks may differ. Our choice."""


class LinkRefused(Exception):
    """An answer that does not fit together: the rule, what was expected, what was found. It names no certificate."""

    def __init__(self, rule: str, expected: str, actual: str) -> None:
        super().__init__(f"{rule}: expected {expected}, found {actual}")
        self.rule = rule


class NotCurrent(Exception):
    """The certificate that was asked about has a successor in force, or is over."""


class Lineage(msgspec.Struct, frozen=True):
    """What one consistent answer says of a certificate that is in force."""

    as_of: datetime
    carrier: Carrier
    predecessors: tuple[Named, ...]
    paired: Linked | None
    """The signature certificate in force on the same carrier."""
    elsewhere: tuple[Named, ...]
    """The authentication certificates in force on other carriers: the same person's phone, or card."""


def read_lineage(answer: LinkAnswer, asked: Named, carrier: Carrier, now: datetime) -> Lineage:
    """The lineage of an authentication certificate, by rules (1) to (5); LinkRefused, or NotCurrent by rule (2)."""
    if answer.asked.named != asked:  # (1)
        raise LinkRefused("asked", "an answer about the certificate that was asked about", "one about another")
    if answer.asked.carrier is not carrier:
        raise LinkRefused("asked", f"a certificate of a {carrier}", f"one of a {answer.asked.carrier}")
    if answer.current is None or answer.current.named != asked:  # (2)
        raise NotCurrent
    _require_time(answer, now)  # (3)
    for each in answer.previous:  # (4)
        if (each.named.kind, each.carrier) != (asked.kind, carrier):
            raise LinkRefused(
                "population", f"predecessors of {asked.kind}/{carrier}", f"{each.named.kind}/{each.carrier}"
            )
        if each.issued > answer.current.issued:
            raise LinkRefused("population", "predecessors issued before", "one issued after its successor")
    line = [each.named for each in answer.previous]  # (5)
    if asked in line or len(set(line)) < len(line):
        raise LinkRefused("no loop", "each certificate once in its line", "one that comes twice")
    return Lineage(answer.as_of, carrier, tuple(line), _paired(answer, carrier), _elsewhere(answer, asked, carrier))


def _require_time(answer: LinkAnswer, now: datetime) -> None:
    if answer.as_of > now + CLOCKS:
        raise LinkRefused("time", "a mark that has come", "one to come")
    if now - answer.as_of > OLDEST_MARK:
        raise LinkRefused("time", f"a mark of the last {OLDEST_MARK}", f"one {now - answer.as_of} ago")
    if answer.asked.issued > answer.as_of:
        raise LinkRefused("time", "a certificate issued before the mark", "one issued after it")


def _paired(answer: LinkAnswer, carrier: Carrier) -> Linked | None:
    found = _others(answer, CertificateKind.SIGN, carrier)
    if len(found) > 1:
        raise LinkRefused("population", "one signature certificate in force on a carrier", f"{len(found)}")
    return found[0] if found else None


def _elsewhere(answer: LinkAnswer, asked: Named, carrier: Carrier) -> tuple[Named, ...]:
    if _others(answer, asked.kind, carrier):
        raise LinkRefused("population", "counterparts of other populations", "one of the same")
    return tuple(each.named for each in answer.counterparts if each.named.kind is asked.kind)


def _others(answer: LinkAnswer, kind: CertificateKind, carrier: Carrier) -> list[Linked]:
    return [each for each in answer.counterparts if each.named.kind is kind and each.carrier is carrier]

"""Link answers as values: right ones of one person's certificates, and what is wrong with them by name."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from reference_impl.accounts.links import LinkAnswer, Linked, LinksUnreachable, Named, NoLink
from reference_impl.audit.checks import Check
from reference_impl.verification.purpose import Carrier, CertificateKind

AS_OF = datetime(2026, 12, 1, tzinfo=UTC)
NOW = AS_OF + timedelta(minutes=7)
AUTH, SIGN = CertificateKind.AUTH, CertificateKind.SIGN
CARD, PHONE = Carrier.CARD, Carrier.PHONE
KEY_ID = b"k" * 20


def named(serial: int, kind: CertificateKind = AUTH, key_id: bytes = KEY_ID) -> Named:
    """A number."""
    return Named(kind, key_id, f"{serial:x}")


def linked(serial: int, kind: CertificateKind = AUTH, carrier: Carrier = CARD, key_id: bytes = KEY_ID) -> Linked:
    """A certificate issued on the day that its number says, counted from the first of October."""
    issued = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=serial)
    return Linked(named(serial, kind, key_id), carrier, issued, issued + timedelta(days=1800))


def answer(asked: int = 3, previous: tuple[int, ...] = (1, 2), **changes: object) -> LinkAnswer:
    """What belongs to a renewed certificate, with some of it changed."""
    current = linked(asked)
    right = LinkAnswer(AS_OF, current, current, tuple(map(linked, previous)), (linked(9, SIGN),))
    return msgspec.structs.replace(right, **changes)


@dataclass
class ToldLinks:
    """A link service that says what it was told."""

    answers: dict[str, LinkAnswer | NoLink] = field(default_factory=dict)
    asked: list[Named] = field(default_factory=list)
    is_gone: bool = False

    def resolve(self, asked: Named, why: Check) -> LinkAnswer | NoLink:
        """What was told of this number."""
        assert why.at == NOW
        self.asked.append(asked)
        if self.is_gone:
            raise LinksUnreachable("expected an answer, found none")
        return self.answers.get(asked.serial, NoLink.NOT_ISSUED)

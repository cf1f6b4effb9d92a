"""The certificate that is shown: the card's own, another one, none at all, or the card's with one thing wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from conformance.made import OWN, WRONG
from harness.contract.vocabulary import Kind
from harness.errors import HarnessFault
from harness.jlis.wrong.parts import SEQUENCE, Parts, contents_of, elements, tlv
from harness.jlis.wrong.variant import Signer, rightly
from harness.jlis.wrong_certificates import Wrong, wrong_certificate

_UTC_TIME = 0x17
_BEGINS = {"begins-a-second-ago": -1, "begins-in-a-second": 1}


@dataclass(frozen=True, slots=True)
class Wallet:
    """The certificates that can be shown in a case."""

    own: dict[Kind, bytes]
    neighbours: Callable[[Kind], bytes]
    signer: Callable[[Kind], Signer]
    now: Callable[[], datetime]
    clock_tolerance: int
    """Seconds that the product declares."""

    def show(self, made: str, kind: Kind) -> bytes:
        """Return the octets that stand for a certificate of this kind in the presentation."""
        own = self.own[kind]
        if made == OWN:
            return own
        if made == "other-kind":
            (other,) = set(Kind) - {kind}
            return self.own[other]
        if made == "neighbours":
            return self.neighbours(kind)
        if made in _BEGINS:
            return self._beginning(own, kind, _BEGINS[made])
        if made.startswith(WRONG):
            return wrong_certificate(Wrong(made.removeprefix(WRONG)), own, self.signer(kind))
        broken = {"cut": own[: len(own) // 2], "empty": b"", "text": b"certificate"}
        if made not in broken:
            raise HarnessFault(f"certificate: expected one that is known here, actual {made!r}")
        return broken[made]

    def _beginning(self, own: bytes, kind: Kind, seconds: int) -> bytes:
        """Return the certificate with another notBefore, signed by who issued it."""
        parts, signer = Parts.of(own), self.signer(kind)
        later = seconds + self.clock_tolerance if seconds > 0 else seconds
        begin = self.now().astimezone(UTC).replace(microsecond=0) + timedelta(seconds=later)
        _, end = elements(contents_of(parts.validity))
        validity = tlv(SEQUENCE, tlv(_UTC_TIME, f"{begin:%y%m%d%H%M%SZ}".encode()), end)
        return rightly(replace(parts, validity=validity), signer)

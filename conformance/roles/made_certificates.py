"""The certificate that is shown: the card's own, another one, none at all, or the card's with one thing wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from conformance.made import OWN, WRONG
from harness.contract.vocabulary import Kind
from harness.errors import HarnessFault
from harness.jlis.wrong.parts import SEQUENCE, Parts, contents_of, elements, tlv
from harness.jlis.wrong.variant import Issuer, Signer, rightly
from harness.jlis.wrong_certificates import Wrong, wrong_certificate

_UTC_TIME = 0x17
_BEGINS = {"begins-a-second-ago": -1, "begins-now": 0, "begins-in-a-second": 1}


@dataclass(frozen=True, slots=True)
class Wallet:
    """The certificates that can be shown in a case."""

    own: dict[Kind, bytes]
    neighbours: Callable[[Kind], bytes]
    signer: Callable[[Kind], Signer]
    generation_before: Callable[[Kind], Issuer]
    now: Callable[[], datetime]
    clock_tolerance: int
    """Seconds that the product declares."""
    former: dict[Kind, bytes] = field(default_factory=dict)
    """Those that the card bore before."""

    def show(self, made: str, kind: Kind) -> bytes:
        """Return the octets that stand for a certificate of this kind in the presentation."""
        own, (other,) = self.own[kind], set(Kind) - {kind}
        if made.startswith(WRONG):
            return wrong_certificate(Wrong(made.removeprefix(WRONG)), own, self.signer(kind))
        make: dict[str, Callable[[], bytes]] = {
            OWN: lambda: own,
            "former": lambda: self.former[kind],
            "other-kind": lambda: self.own[other],
            "other-generation": lambda: self._of_the_generation_before(own, kind),
            "neighbours": lambda: self.neighbours(kind),
            "cut": lambda: own[: len(own) // 2],
            "empty": lambda: b"",
            "text": lambda: b"certificate",
            **{name: partial(self._beginning, own, kind, seconds) for name, seconds in _BEGINS.items()},
        }
        if made not in make:
            raise HarnessFault(f"certificate: expected one of {', '.join(make)}, actual {made!r}")
        return make[made]()

    def _of_the_generation_before(self, own: bytes, kind: Kind) -> bytes:
        signer = replace(self.signer(kind), older=self.generation_before(kind))
        return wrong_certificate(Wrong.ISSUED_BY_OLDER_GENERATION, own, signer)

    def _beginning(self, own: bytes, kind: Kind, seconds: int) -> bytes:
        """Return the certificate with another notBefore, signed by who issued it."""
        parts, signer = Parts.of(own), self.signer(kind)
        later = seconds + self.clock_tolerance if seconds >= 0 else seconds
        begin = self.now().astimezone(UTC).replace(microsecond=0) + timedelta(seconds=later)
        _, end = elements(contents_of(parts.validity))
        validity = tlv(SEQUENCE, tlv(_UTC_TIME, f"{begin:%y%m%d%H%M%SZ}".encode()), end)
        return rightly(replace(parts, validity=validity), signer)

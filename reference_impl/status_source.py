"""The status of a certificate from the responder of its kind (`verification.status.Revocation`)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.ocsp import NONCE_LENGTH
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation import StatusUnreachable, check_revocation
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Reason, Refusal

AskResponder = Callable[[str, bytes], bytes]
"""Address and request to answer; raises StatusUnreachable."""


class ResponderStatus:
    """Asks over the door it is given, at the configured address, each time with a nonce of its own."""

    def __init__(
        self, addresses: Mapping[CertificateKind, str], ask: AskResponder, draw: Callable[[int], bytes]
    ) -> None:
        self._addresses = addresses
        self._ask = ask
        self._draw = draw

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status of a certificate that `issuer` signed, as known at `now`."""
        address = self._addresses.get(issuer.kind)

        def ask(request: bytes) -> bytes:
            if address is None:
                raise StatusUnreachable(f"expected a configured responder for {issuer.kind}, found none")
            return self._ask(address, request)

        try:
            source = check_revocation(certificate, issuer, ask, self._draw(NONCE_LENGTH), now)
        except Refusal as refusal:
            return Status(refusal.reason, None, refusal.finding)
        return Status(Reason.OK, source)

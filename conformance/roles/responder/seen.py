"""What came back: the answer as it was parsed, and what its rules need to know."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from asn1crypto import crl, ocsp, x509

from conformance.roles.responder.asking import Request
from conformance.roles.responder.case import About, Ask
from conformance.roles.responder.facts import Facts
from conformance.roles.responder.signatures import verifies

STATUS_NAMES = {
    0: "successful",
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What asn1crypto raises on octets that are not what they should be."""


@dataclass(frozen=True)
class Carried:
    """One HTTP answer, and the host's time before it was asked for and after it came."""

    http: int
    headers: dict[str, str]
    body: bytes
    before: datetime
    after: datetime


class SeenAnswer:
    """An OCSP answer."""

    def __init__(self, facts: Facts, ask: Ask, request: Request, carried: Carried) -> None:
        self.facts, self.ask, self.request, self.carried = facts, ask, request, carried
        self.issuer = x509.Certificate.load(facts.issuer)
        self._response: Any = None
        with contextlib.suppress(*UNREADABLE):
            self._response = ocsp.OCSPResponse.load(carried.body)
            self._response["response_status"].dump()

    @property
    def about(self) -> About:
        """What is asked first."""
        return self.ask.about[0]

    @cached_property
    def answered(self) -> str:
        """The response status by name; what there is instead where it is none."""
        if self.carried.http != 200:
            return f"HTTP {self.carried.http}"
        if self._response is None:
            return f"{len(self.carried.body)} octets that are no OCSPResponse"
        number = int.from_bytes(self._response["response_status"].contents or b"\xff", "big")
        name = STATUS_NAMES.get(number, f"status {number}")
        if number == 0 and self.basic is None:
            return "successful without a basic response"
        return name

    @cached_property
    def has_bytes(self) -> bool:
        """Whether responseBytes are there."""
        return self._response is not None and not _is_absent(self._response["response_bytes"])

    @cached_property
    def basic(self) -> Any:
        """The BasicOCSPResponse; None where there is none that can be read to its end."""
        if not self.has_bytes:
            return None
        try:
            held = self._response["response_bytes"]
            if held["response_type"].native != "basic_ocsp_response":
                return None
            basic = held["response"].parsed
            data = basic["tbs_response_data"]
            for single in data["responses"]:
                single["cert_id"].native, single["this_update"].native, single["next_update"].native
            data["produced_at"].native  # noqa: B018
        except UNREADABLE:
            return None
        return basic

    @property
    def data(self) -> Any:
        """The ResponseData."""
        return self.basic["tbs_response_data"]

    @cached_property
    def singles(self) -> list[Any]:
        """The SingleResponses about the first serial number asked for; none where it is not spoken of."""
        asked = self.request.serials[:1]
        return [each for each in self.data["responses"] if (each["cert_id"]["serial_number"].native,) == asked]

    @property
    def single(self) -> Any:
        """The SingleResponse that is looked at: the first about what was asked, else the first of all."""
        return (self.singles or list(self.data["responses"]))[0]

    @cached_property
    def certificates(self) -> list[x509.Certificate]:
        """The certificates that came with it."""
        certs = self.basic["certs"]
        return [] if _is_absent(certs) else [x509.Certificate.load(each.dump()) for each in certs]

    @cached_property
    def signer(self) -> x509.Certificate | None:
        """Whoever signed: the authority, a certificate that came along, or one trusted by configuration; or nobody."""
        trusted = [x509.Certificate.load(der) for der in self.facts.trusted]
        for candidate in (self.issuer, *self.certificates, *trusted):
            if verifies(candidate, self.basic["signature_algorithm"], self.basic["signature"].native, self.data.dump()):
                return candidate
        return None

    @property
    def is_authority(self) -> bool:
        """Whether the authority itself signed."""
        return self.signer is not None and self.signer.dump() == self.issuer.dump()


class SeenList:
    """A revocation list."""

    def __init__(self, facts: Facts, carried: Carried, earlier: "SeenList | None" = None) -> None:
        self.facts, self.carried, self.earlier = facts, carried, earlier
        self.issuer = x509.Certificate.load(facts.issuer)
        self.list: Any = None
        with contextlib.suppress(*UNREADABLE):
            loaded = crl.CertificateList.load(carried.body)
            loaded["tbs_cert_list"]["this_update"].native  # noqa: B018
            loaded["signature"].native  # noqa: B018
            self.list = loaded

    @property
    def answered(self) -> str:
        """`successful` where it is a list."""
        if self.carried.http != 200:
            return f"HTTP {self.carried.http}"
        return f"{len(self.carried.body)} octets that are no list" if self.list is None else "successful"

    @property
    def body(self) -> Any:
        """The TBSCertList."""
        return self.list["tbs_cert_list"]

    @cached_property
    def entries(self) -> dict[int, Any]:
        """The entries by serial number."""
        entries = self.body["revoked_certificates"]
        return {} if _is_absent(entries) else {entry["user_certificate"].native: entry for entry in entries}

    def extension(self, name: str) -> Any:
        """Return the extension of that name, or None."""
        extensions = self.body["crl_extensions"]
        if _is_absent(extensions):
            return None
        return next((each for each in extensions if each["extn_id"].native == name), None)

    @property
    def idp(self) -> Any:
        """The parsed IssuingDistributionPoint, or None."""
        extension = self.extension("issuing_distribution_point")
        return None if extension is None else extension["extn_value"].parsed


def entry_extensions(entry: Any) -> list[Any]:
    """Return the extensions of an entry."""
    extensions = entry["crl_entry_extensions"]
    return [] if _is_absent(extensions) else list(extensions)


def reason_number(entry: Any) -> int | None:
    """Return the reason of an entry as the number that stands there, or None."""
    for each in entry_extensions(entry):
        if each["extn_id"].dotted == "2.5.29.21":
            return int(each["extn_value"].contents[-1])
    return None


def _is_absent(value: Any) -> bool:
    return type(value).__name__ == "Void" or (value.contents is None and value.native is None)

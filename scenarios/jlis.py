"""The fake J-LIS as anybody sees it who fetches a revocation list over HTTP."""

from typing import Any, NoReturn

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from harness.contract.vocabulary import Kind
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from scenarios.resident import Resident
from scenarios.stage import Stage
from scenarios.story import Words
from scenarios.telling import Telling


class Jlis:
    """The fake J-LIS from outside."""

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage, self._telling = stage, telling

    def answers_wrongly(self, fault: Fault, *, seconds: float | None = None) -> None:
        """From now on something is wrong with every answer of OCSP, until it is well again."""
        self._telling.settle()
        self._telling.say(Words(f"J-LIS: {fault.value}", f"J-LISの障害: {fault.value}"))
        for kind in Kind:
            self._stage.faults.set(Order(fault, FaultDoor.ocsp(kind), seconds=seconds))

    def is_well_again(self) -> None:
        """Nothing is wrong any more."""
        self._telling.settle()
        self._telling.say(Words("J-LIS is well again", "J-LISが復旧する"))
        self._stage.faults.clear()

    def publishes_for(self, resident: Resident) -> "RevocationList":
        """Fetch the list that the signature certificate names: its authority's, for its partition."""
        self._telling.settle()
        self._telling.say(Words("somebody fetches the revocation list", "失効リストを取得する"))
        certificate = x509.load_der_x509_certificate(resident.signature_certificate)
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        wanted = points[0].full_name
        with httpx.Client(trust_env=False, timeout=60) as http:
            index = http.get(self._stage.addresses["crl"]).raise_for_status().json()
            fetched = http.get(self._address(index, wanted)).raise_for_status().content
        found = x509.load_der_x509_crl(fetched)
        point = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
        anchor = x509.load_der_x509_certificate(self._stage.world.trust().authorities[Kind.SIGN.value])
        key = anchor.public_key()
        if not (isinstance(key, RSAPublicKey) and found.is_signature_valid(key)):
            self._break_off("a list signed by the signature authority", "署名用CAが署名した失効リスト")
        if not point.critical or point.value.full_name != wanted:
            self._break_off("a list for the certificate's partition", "証明書の配布点に対する失効リスト")
        return RevocationList(self._telling, found, certificate.serial_number)

    def _address(self, index: Any, wanted: list[x509.GeneralName] | None) -> str:
        """Look the distribution point up: it is a name in a directory, not an address (RP-CRL-015)."""
        name = wanted[0].value.rfc4514_string() if wanted else None
        addresses = [entry["url"] for entry in index["lists"] if entry["distribution_point"] == name]
        if len(addresses) != 1:
            self._break_off(f"one list of {name} in the index", f"索引に{name}の失効リスト1件")
        return str(addresses[0])

    def _break_off(self, english: str, japanese: str) -> NoReturn:
        self._telling.break_off(Words(f"expected {english}, actual otherwise", f"期待: {japanese}、実際: 相違"))


class RevocationList:
    """A published list, as far as one certificate is concerned."""

    def __init__(self, telling: Telling, published: x509.CertificateRevocationList, serial: int) -> None:
        self._telling, self._published, self._serial = telling, published, serial

    def does_not_show_it(self) -> None:
        """The certificate is not on the list."""
        self._compare("not listed")

    def shows_it(self, reason: str) -> None:
        """The certificate is on the list, for this reason (RFC 5280 §5.3.1)."""
        self._compare(reason)

    def _compare(self, wanted: str) -> None:
        entry = self._published.get_revoked_certificate_by_serial_number(self._serial)
        actual = "not listed"
        if entry is not None:
            actual = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        self._telling.say(Words(f"  {actual}", f"  {actual if entry else '載っていない'}"))
        if actual != wanted:
            of = f"{self._serial:X}, {self._published.last_update_utc:%Y-%m-%dT%H:%M:%SZ}"
            self._telling.break_off(
                Words(
                    f"list of {of}: expected {wanted}, actual {actual}",
                    f"{of}の失効リスト: 期待 {wanted}、実際 {actual}",
                )
            )

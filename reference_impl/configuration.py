"""What the operator decides: anchors, addresses, terminals, services. Read whole, then taken whole or not at all."""

import hmac
from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from reference_impl.messages import Broken, BrokenMessage, Configure
from reference_impl.verification.der import DerError
from reference_impl.verification.policy import Service
from reference_impl.verification.production import require_no_production
from reference_impl.verification.purpose import CertificateKind, Purpose
from reference_impl.verification.trust import AnchorRefused, Authority, Trust, read_authority, read_card_issuer


class Configuration(msgspec.Struct, frozen=True):
    """One consistent set of decisions; the empty one trusts nobody and serves nothing."""

    trust: Trust = Trust()
    responders: dict[CertificateKind, str] = {}
    lists: dict[CertificateKind, str] = {}
    terminals: dict[str, str] = {}
    services: dict[str, Service] = {}

    def is_terminal_known(self, terminal: str, credential: str) -> bool:
        """Whether this is the terminal's credential, compared without telling how much of it was right."""
        expected = self.terminals.get(terminal)
        return expected is not None and hmac.compare_digest(expected.encode(), credential.encode())


_T = TypeVar("_T")


def read_configuration(message: Configure, *, production_anchors: bool = False) -> Configuration:
    """The configuration in the message; `BrokenMessage` names the entry that cannot be used."""

    def authority(kind: CertificateKind, certificate: bytes) -> Authority:
        read = read_authority(kind, certificate)
        if not production_anchors:
            require_no_production(Trust((read,)))
        return read

    authorities = [
        _anchor(f"$.authorities[{index}].certificate", lambda each=each: authority(each.kind, each.certificate))  # type: ignore[misc]
        for index, each in enumerate(message.authorities)
    ]
    card_issuers = [
        _anchor(f"$.card_issuers[{index}]", lambda each=each: read_card_issuer(each.key_id, each.key))  # type: ignore[misc]
        for index, each in enumerate(message.card_issuers)
    ]
    return Configuration(
        Trust(tuple(authorities), tuple(card_issuers)),
        {each.kind: http_address(f"$.status[{index}].ocsp", each.ocsp) for index, each in enumerate(message.status)},
        {
            each.kind: http_address(f"$.status[{index}].crl", each.crl)
            for index, each in enumerate(message.status)
            if each.crl
        },
        {each.id: each.credential for each in message.terminals},
        {each.id: Service(_with_relinking(each.purposes), each.assurance) for each in message.services},
    )


def _with_relinking(purposes: Iterable[Purpose]) -> frozenset[Purpose]:
    """Whoever may enrol may be linked again: it is an enrolment of somebody who is known."""
    offered = frozenset(purposes)
    return offered | {Purpose.RELINK} if Purpose.ENROL in offered else offered


def _anchor(where: str, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except (DerError, AnchorRefused) as error:
        raise BrokenMessage(400, Broken("unusable anchor", where, error.expected, error.actual)) from error


def http_address(where: str, address: str) -> str:
    """The address, if it is one; BrokenMessage names where it stands."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no address at all, or a port beyond 65535
        usable = False
    if not usable:
        raise BrokenMessage(400, Broken("unusable address", where, "an http or https URL with a host", "another"))
    return address

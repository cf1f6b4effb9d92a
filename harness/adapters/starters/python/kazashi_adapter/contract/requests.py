"""What the suite sends, as types; each `read_…` makes one of them of JSON fields."""

from dataclasses import dataclass
from datetime import datetime

from kazashi_adapter.contract.fields import BrokenMessage, Fields
from kazashi_adapter.contract.words import CONTRACT, Environment, Kind, Purpose


@dataclass(frozen=True, slots=True)
class AuthorityAnchor:
    """A certification authority to trust, as its self-signed certificate (DER)."""

    kind: Kind
    certificate: bytes


@dataclass(frozen=True, slots=True)
class CardIssuerAnchor:
    """A card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo."""

    key_id: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class StatusAddress:
    """Where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists."""

    kind: Kind
    ocsp: str
    crl: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Who a terminal is: only one whose credential is right may be told an enrolled birth date."""

    id: str
    credential: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the product, and what it offers."""

    id: str
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that the product must know of the world it is tested in."""

    authorities: tuple[AuthorityAnchor, ...] = ()
    card_issuers: tuple[CardIssuerAnchor, ...] = ()
    status: tuple[StatusAddress, ...] = ()
    terminals: tuple[Terminal, ...] = ()
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """The world's instant, and the number of this setting of the clock."""

    instant: datetime
    epoch: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A person stands at a terminal and wants something; `holder` is the certificate the terminal read, if it did."""

    purpose: Purpose
    service: str
    environment: Environment
    terminal: Terminal | None = None
    holder: bytes | None = None


@dataclass(frozen=True, slots=True)
class ChipProof:
    """An internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and the chip's signature."""

    birth_record: bytes
    cvc: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the terminal collected from the card; which parts there are depends on the purpose."""

    challenge: bytes
    certificate: bytes
    signature: bytes | None = None
    document_signature: bytes | None = None
    chip: ChipProof | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """The presentation that answers a session."""

    session: str
    presentation: Presentation


def read_hello(fields: Fields) -> None:
    """Accept the contract that this adapter speaks, and no other."""
    if (contract := fields.text("contract")) != CONTRACT:
        raise BrokenMessage("another contract", "$.contract", CONTRACT, ascii(contract[:40]))


def read_configuration(fields: Fields) -> Configuration:
    """Return what `configure` hands over."""
    return Configuration(
        authorities=tuple(
            AuthorityAnchor(part.word("kind", Kind), part.data("certificate")) for part in fields.parts("authorities")
        ),
        card_issuers=tuple(
            CardIssuerAnchor(part.data("key_id"), part.data("key")) for part in fields.parts("card_issuers")
        ),
        status=tuple(
            StatusAddress(part.word("kind", Kind), part.text("ocsp"), part.text("crl"))
            for part in fields.parts("status")
        ),
        terminals=tuple(_terminal(part) for part in fields.parts("terminals")),
        services=tuple(Service(part.name("id"), part.words("purposes", Purpose)) for part in fields.parts("services")),
    )


def read_nothing(_: Fields) -> None:
    """Accept the empty object."""


def read_clock_setting(fields: Fields) -> ClockSetting:
    """Return what `set_time` asks for."""
    return ClockSetting(fields.instant("instant"), fields.number("epoch"))


def read_attempt(fields: Fields) -> Attempt:
    """Return what `begin` asks for."""
    return Attempt(
        purpose=fields.word("purpose", Purpose),
        service=fields.name("service"),
        environment=fields.word("environment", Environment),
        terminal=_terminal(fields.part("terminal")) if fields.has("terminal") else None,
        holder=fields.part("holder").data("certificate") if fields.has("holder") else None,
    )


def read_completion(fields: Fields) -> Completion:
    """Return what `complete` presents."""
    return Completion(fields.name("session"), _presentation(fields.part("presentation")))


def read_certificate(fields: Fields) -> bytes:
    """Return the certificate that `account` asks about."""
    return fields.data("certificate")


def _terminal(fields: Fields) -> Terminal:
    return Terminal(fields.name("id"), fields.name("credential"))


def _presentation(fields: Fields) -> Presentation:
    chip = fields.part("chip") if fields.has("chip") else None
    return Presentation(
        challenge=fields.data("challenge"),
        certificate=fields.data("certificate"),
        signature=fields.data("signature") if fields.has("signature") else None,
        document_signature=fields.data("document_signature") if fields.has("document_signature") else None,
        chip=ChipProof(chip.data("birth_record"), chip.data("cvc"), chip.data("signature")) if chip else None,
    )

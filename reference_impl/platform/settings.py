"""The platform's file: its key and anchors, and each client with its services, their purposes and places.

    id: pf-1
    key: pf.pem
    authorities: [{kind: auth, file: auth-ca.der}]
    card_issuers: [{key_id: 3630…, file: card-issuer.der}]
    jlis: {auth: "http://ocsp.example/auth"}
    clients:
      - id: sp-1
        name: {ja: 例示商店, en: Example shop}
        key: sp-1.pub.pem
        services:
          - {id: shop, purposes: [enrol, login, current-status], places: [online]}
          - {id: car-registry, purposes: [sign], places: [online], document: {ja: 移転登録申請書, en: transfer}}

Paths are relative to the file.
"""

from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from reference_impl.backends.backend import CheckPurpose, Errand, PurposeWord, purpose_of
from reference_impl.backends.options import Holders, Keep
from reference_impl.backends.roles import ROLES, RoleName
from reference_impl.backends.sealed import KeyUnusable, load_private, load_public
from reference_impl.configuration import Configuration, read_configuration
from reference_impl.messages import AuthorityAnchor, BrokenMessage, CardIssuerAnchor, Configure, StatusAddress
from reference_impl.messages import Service as ConfiguredService
from reference_impl.services.marks import Unreadable, read_marked
from reference_impl.services.policy import Identifier, Part, Text
from reference_impl.verification.place import Environment, is_place_allowed
from reference_impl.verification.purpose import CertificateKind, Purpose


class AuthorityFile(Part, frozen=True):
    """A pinned authority, in DER."""

    kind: CertificateKind
    file: str


class CardIssuerFile(Part, frozen=True):
    """A pinned key of the card issuers', SubjectPublicKeyInfo in DER; its identifier in hexadecimal digits."""

    key_id: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{32}\Z")]
    file: str


class ClientService(Part, frozen=True):
    """What a client may ask for, where."""

    id: Annotated[str, Meta(min_length=1, max_length=256)]
    purposes: Annotated[tuple[PurposeWord, ...], Meta(min_length=1)]
    places: Annotated[tuple[Environment, ...], Meta(min_length=1)]
    document: Text | None = None

    @property
    def may(self) -> frozenset[CheckPurpose]:
        """The purposes."""
        return frozenset(purpose_of(each) for each in self.purposes)


class Client(Part, frozen=True):
    """Somebody we verify for, by a contract."""

    id: Identifier
    name: Text
    key: str
    """PEM of its Ed25519 public key."""
    services: tuple[ClientService, ...]
    role: RoleName = RoleName.SERVICE_PROVIDER
    holders: Holders | None = None
    """How it is told who came; None: by serial if its role may keep those, else by PPID."""

    @property
    def by_serial(self) -> bool:
        """Whether it is told issuer key and serial."""
        return ROLES[self.role].keeps_serials if self.holders is None else self.holders is Holders.SERIAL

    def service(self, name: str) -> ClientService | None:
        """The service of this name."""
        return next((each for each in self.services if each.id == name), None)


class PlatformFile(Part, frozen=True):
    """The file as it is written."""

    id: Identifier
    key: str
    authorities: tuple[AuthorityFile, ...]
    clients: tuple[Client, ...]
    role: RoleName = RoleName.CERTIFIED_PLATFORM
    card_issuers: tuple[CardIssuerFile, ...] = ()
    jlis: dict[CertificateKind, str] = msgspec.field(default_factory=dict)
    keep: Keep = Keep()


class Settings(msgspec.Struct, frozen=True):
    """The file with its keys, ready for use."""

    id: str
    role: RoleName
    key: Ed25519PrivateKey
    clients: dict[str, Client]
    keys: dict[str, Ed25519PublicKey]
    configuration: Configuration
    keep: Keep = Keep()


class SettingsRefused(ValueError):
    """A file that was not taken: everything that is wrong with it."""


def load_settings(path: Path) -> Settings:
    """The settings in a file; SettingsRefused says why there are none."""
    try:
        written = msgspec.convert(read_marked(path.read_text(encoding="utf-8")).value, PlatformFile)
        return make_settings(written, path.parent)
    except Unreadable as error:
        raise SettingsRefused(f"{path}:{error.line}: {error.ja} / {error.en}") from error
    except BrokenMessage as error:
        raise SettingsRefused(f"{path}: {error}: expected {error.broken.expected}") from error
    except (OSError, UnicodeDecodeError, msgspec.ValidationError, KeyUnusable) as error:
        raise SettingsRefused(f"{path}: {error}") from error


def make_settings(written: PlatformFile, folder: Path) -> Settings:
    """The settings, files read from the folder; SettingsRefused names each breach of the rules."""
    breaches = [*_of_us(written), *(each for client in written.clients for each in _of_client(client))]
    if breaches:
        raise SettingsRefused("\n".join(breaches))
    message = Configure(
        authorities=[AuthorityAnchor(each.kind, (folder / each.file).read_bytes()) for each in written.authorities],
        card_issuers=[
            CardIssuerAnchor(bytes.fromhex(each.key_id), (folder / each.file).read_bytes())
            for each in written.card_issuers
        ],
        status=[StatusAddress(kind, address, "") for kind, address in written.jlis.items()],
        terminals=[],
        services=[
            ConfiguredService(name_of(client, service), [each for each in service.may if isinstance(each, Purpose)])
            for client in written.clients
            for service in client.services
        ],
    )
    return Settings(
        written.id,
        written.role,
        load_private(folder / written.key),
        {each.id: each for each in written.clients},
        {each.id: load_public(folder / each.key) for each in written.clients},
        read_configuration(message),
        written.keep,
    )


def name_of(client: Client, service: ClientService) -> str:
    """A client's service among all services."""
    return f"{client.id}/{service.id}"


def _of_us(written: PlatformFile) -> list[str]:
    role, seen = ROLES[written.role], [each.id for each in written.clients]
    said = [f"clients: {each}: expected once, found twice" for each in sorted({x for x in seen if seen.count(x) > 1})]
    if not role.asks_jlis:
        said.append(f"role: {role.ja}は機構に照会できません / {role.en} may not ask J-LIS [ask-jlis, {role.clause}]")
    return said


def _of_client(client: Client) -> list[str]:
    """What a client may not be given, whatever its contract says."""
    role, said = ROLES[client.role], []
    if client.by_serial and not role.keeps_serials:
        ja, en = (
            "発行の番号を渡せません。holders: ppid としてください",
            "may not be given serial numbers: set holders: ppid",
        )
        said.append(f"{client.id}: {role.ja}には{ja} / {role.en} {en} [keep-serial, spec/pki.md §5]")
    for service in client.services:
        where = f"{client.id}/{service.id}"
        if Purpose.SIGN in service.may and service.document is None:
            ja, en = "署名させる文書の名称（document）がありません", "names no document that is signed"
            said.append(f"{where}: {ja} / {en} [document-named, spec/pki.md §5]")
        if Purpose.TAP in service.may and not any(is_place_allowed(Purpose.TAP, each) for each in service.places):
            ja, en = "かざし利用のできる場所がありません", "has no place where a tap is allowed"
            said.append(f"{where}: {ja} / {en} [place, spec/pki.md §5]")
        if any(isinstance(each, Errand) and each not in role.errands for each in service.may):
            ja, en = "署名確認以外の照会はできません", "may confirm signatures and nothing else"
            said.append(f"{where}: {ja} / {en} [only-the-document, 公的個人認証法 art. 21(2)]")
        if any(isinstance(each, Purpose) and each.kind not in role.kinds for each in service.may):
            ja, en = "利用者証明用電子証明書を検証できません", "may not verify authentication certificates"
            said.append(f"{where}: {role.ja}は{ja} / {role.en} {en} [kind-of-verifier, 公的個人認証法 art. 36(1)]")
    return said

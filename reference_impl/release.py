"""A release's configuration: one file, YAML or JSON, taken whole or not at all, each fault with file, line and reason.

Certificates, keys, credentials and tokens are in files of their own, named from the folder of this one. Files with
secrets may be read by their owner alone. docs/relying-party.md has an example.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from sqlalchemy import URL

from reference_impl.configuration import http_address, read_configuration
from reference_impl.messages import (
    AuthorityAnchor,
    BrokenMessage,
    CardIssuerAnchor,
    Configure,
    Service,
    StatusAddress,
    Terminal,
)
from reference_impl.services.faults import Fault, PoliciesRefused
from reference_impl.services.marks import Marked, Unreadable, read_marked
from reference_impl.services.marks import Path as Where
from reference_impl.services.shape import convert, read_path, spell
from reference_impl.settings import CannotBegin, Settings
from reference_impl.status_methods import UnusableMethod, read_method
from reference_impl.store.engine import Place, UnusablePlace, read_place
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import CertificateKind, Purpose
from reference_impl.verification.revocation_methods import Method

LEAST_TOKEN: Final = 32
"""Characters: 128 bits, in hexadecimal digits."""
LEAST_CREDENTIAL: Final = 8

FileName = Annotated[str, Meta(min_length=1, max_length=4096)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+\Z", max_length=64)]
"""Without a colon: a terminal says `name:credential` (RFC 7617 §2)."""


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping of the file: a key not named in its class is a fault."""


class Listen(Part, frozen=True):
    """Where it listens, and with how many processes."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    processes: Annotated[int, Meta(ge=1, le=64)] = 1


class AuditPlace(Part, frozen=True):
    """Where the audit is kept, and the key of its pseudonyms."""

    store: str
    key: FileName


class AuthorityFile(Part, frozen=True):
    """A pinned generation of a certification authority: its certificate, DER."""

    kind: CertificateKind
    file: FileName


class CardIssuerFile(Part, frozen=True):
    """A pinned key of the card issuers: SubjectPublicKeyInfo, DER."""

    key_id: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{32}\Z")]
    file: FileName


class Address(Part, frozen=True):
    """Where the status of one kind of certificate is asked."""

    kind: CertificateKind
    ocsp: str
    crl: str = ""


class TerminalFile(Part, frozen=True):
    """A terminal, and the file of its credential."""

    id: Name
    credential: FileName
    environments: tuple[Environment, ...] = ()
    """Where it stands; none: it says so itself."""


class ServiceOf(Part, frozen=True):
    """A service and what it may be used for."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    purposes: tuple[Purpose, ...]


class Token(Part, frozen=True):
    """Somebody, and the file of the token."""

    id: Name
    file: FileName


class Tokens(Part, frozen=True):
    """Who may look into accounts and numbers, and who into the audit."""

    operators: tuple[Token, ...] = ()
    auditors: tuple[Token, ...] = ()


class Release(Part, frozen=True):
    """The file."""

    store: str
    audit: AuditPlace
    authorities: Annotated[tuple[AuthorityFile, ...], Meta(min_length=1)]
    services: tuple[ServiceOf, ...]
    listen: Listen = Listen()
    card_issuers: tuple[CardIssuerFile, ...] = ()
    status: tuple[Address, ...] = ()
    status_methods: tuple[str, ...] = ()
    """As `--status-method` has them."""
    status_keep: Annotated[int, Meta(ge=0, le=3600)] = 0
    lists: FileName | None = None
    refresh_lists: bool = False
    back_end: FileName | None = None
    link_service: str | None = None
    policies: Literal["test", "production"] = "production"
    production_anchors: bool = True
    terminals: tuple[TerminalFile, ...] = ()
    service_policies: tuple[FileName, ...] = ()
    municipality: Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")] | None = None
    """Whose residents `own` means in a policy."""
    tokens: Tokens = Tokens()


def read_release(path: Path) -> Settings:
    """The settings in a file; CannotBegin has a line for each fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotBegin(f"--configuration {path}: expected a file of text, found: {error}") from error
    try:
        marked = read_marked(text)
    except Unreadable as error:
        raise CannotBegin(str(Fault(str(path), error.line, "$", "unreadable", error.ja, error.en))) from error
    release = convert(Release, (), marked, str(path), "configuration")
    if isinstance(release, Fault):
        raise CannotBegin(str(release))
    return _Reader(path, marked).settings(release)


class _Reader:
    """Follows the names in a release's file, and remembers what was wrong with what it found."""

    def __init__(self, path: Path, marked: Marked) -> None:
        self._path, self._marked = path, marked
        self._faults: list[Fault] = []

    def settings(self, release: Release) -> Settings:
        """The settings, if nothing was wrong."""
        configure = self._configure(release)
        store = self._place(release.store, ("store",))
        methods = dict(self._methods(release))
        settings = Settings(
            host=release.listen.host,
            port=release.listen.port,
            processes=release.listen.processes,
            store=store,
            audit=str(self._beside(release.audit.store)) if "://" not in release.audit.store else release.audit.store,
            audit_key=self._beside(release.audit.key),
            production_policies=release.policies == "production",
            production_anchors=release.production_anchors,
            status_methods=methods,
            status_keep=float(release.status_keep),
            lists=None if release.lists is None else self._beside(release.lists),
            refresh_lists=release.refresh_lists,
            back_end=None if release.back_end is None else self._beside(release.back_end),
            link_service=None if release.link_service is None else self._link_service(release.link_service),
            service_files=tuple(self._beside(each) for each in release.service_policies),
            municipality=release.municipality,
            configure=configure,
            surroundings={each.id: each.environments for each in release.terminals if each.environments},
            operators=self._tokens(release.tokens.operators, "operators"),
            auditors=self._tokens(release.tokens.auditors, "auditors"),
        )
        self._require_each_once(release)
        self._require_unread({("store",): release.store, ("audit", "store"): release.audit.store})
        if not self._faults:
            self._try(configure, production_anchors=release.production_anchors)
        if self._faults:
            raise CannotBegin(str(PoliciesRefused(tuple(self._faults))))
        return settings

    def _configure(self, release: Release) -> Configure:
        return Configure(
            authorities=[
                AuthorityAnchor(each.kind, self._octets(each.file, ("authorities", index, "file")))
                for index, each in enumerate(release.authorities)
            ],
            card_issuers=[
                CardIssuerAnchor(bytes.fromhex(each.key_id), self._octets(each.file, ("card_issuers", index, "file")))
                for index, each in enumerate(release.card_issuers)
            ],
            status=[StatusAddress(each.kind, each.ocsp, each.crl) for each in release.status],
            terminals=[
                Terminal(each.id, self._secret(each.credential, ("terminals", index, "credential"), LEAST_CREDENTIAL))
                for index, each in enumerate(release.terminals)
            ],
            services=[Service(each.id, list(each.purposes)) for each in release.services],
        )

    def _try(self, configure: Configure, *, production_anchors: bool) -> None:
        """Reads the anchors and addresses as the relying party will."""
        try:
            read_configuration(configure, production_anchors=production_anchors)
        except BrokenMessage as error:
            broken = error.broken
            both = f"{broken.what}: expected {broken.expected}, found {broken.actual}"
            at = read_path(broken.where.replace(".certificate", ".file"))  # the message has what the file names
            self._fault(at, "unusable", f"使えません（{both}）", both)

    def _require_each_once(self, release: Release) -> None:
        named = {
            "terminals": [each.id for each in release.terminals],
            "services": [each.id for each in release.services],
        }
        for what, names in named.items():
            for index, name in enumerate(names):
                if name in names[:index]:
                    self._fault((what, index, "id"), "twice", f"「{name}」が二つあります", f"{name} stands there twice")
        self._require_own_tokens(release.tokens)

    def _require_unread(self, places: dict[Where, str]) -> None:
        """An address with a password makes this file one with a secret."""
        mode = stat.S_IMODE(self._path.stat().st_mode)
        if os.name != "posix" or not mode & (stat.S_IRWXG | stat.S_IRWXO):
            return
        for at, name in places.items():
            try:
                place = read_place(name)
            except UnusablePlace:
                continue  # said elsewhere
            if isinstance(place, URL) and place.password is not None:
                en = f"expected no password in a file of mode {mode:04o}; leave it to PGPASSFILE, or chmod 600 the file"
                self._fault(at, "mode", f"パスワードを書いたファイルの権限は 0600 です（{mode:04o}）", en)

    def _require_own_tokens(self, tokens: Tokens) -> None:
        """Everybody has a name and a token of their own: else one of two would be taken for the other."""
        names, secrets = set[tuple[str, str]](), set[bytes]()
        for whose, named in (("operators", tokens.operators), ("auditors", tokens.auditors)):
            for index, each in enumerate(named):
                at: Where = ("tokens", whose, index)
                if (whose, each.id) in names:
                    self._fault((*at, "id"), "twice", f"「{each.id}」が二つあります", f"{each.id} stands there twice")
                path = self._beside(each.file)
                secret = path.read_bytes().strip() if path.is_file() else b""
                if secret and secret in secrets:
                    en = "expected a token of one's own, found somebody else's"
                    self._fault((*at, "file"), "shared", "ほかの人と同じトークンです", en)
                names.add((whose, each.id))
                secrets.add(secret)

    def _methods(self, release: Release) -> Iterator[tuple[str, Method]]:
        for index, each in enumerate(release.status_methods):
            try:
                yield read_method(each)
            except UnusableMethod as error:
                self._fault(("status_methods", index), "method", f"方法が違います（{error}）", str(error))

    def _link_service(self, address: str) -> str:
        try:
            return http_address("$.link_service", address)
        except BrokenMessage as error:
            self._fault(("link_service",), "unusable", "http(s) の URL が必要です", f"expected {error.broken.expected}")
            return address

    def _place(self, name: str, where: Where) -> Place:
        try:
            place = read_place(name)
        except UnusablePlace as error:
            self._fault(where, "store", f"保存先ではありません（{error}）", str(error))
            return None
        return self._beside(name) if isinstance(place, Path) else place

    def _tokens(self, tokens: tuple[Token, ...], whose: str) -> dict[str, str]:
        return {
            each.id: self._secret(each.file, ("tokens", whose, index, "file"), LEAST_TOKEN)
            for index, each in enumerate(tokens)
        }

    def _secret(self, name: str, where: Where, least: int) -> str:
        """The one line of a file that its owner alone may read."""
        text = self._octets(name, where).decode("utf-8", "replace").strip()
        path = self._beside(name)
        if path.is_file():
            mode = stat.S_IMODE(path.stat().st_mode)
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                self._fault(where, "mode", f"権限は 0600 です（{mode:04o}）", f"expected mode 0600, found {mode:04o}")
            if len(text) < least or len(text.splitlines()) != 1 or not text.isascii():
                en = f"expected one line of at least {least} ASCII characters, found another"
                self._fault(where, "secret", f"ASCII {least} 文字以上の 1 行が必要です", en)
        return text

    def _octets(self, name: str, where: Where) -> bytes:
        try:
            return self._beside(name).read_bytes()
        except OSError as error:
            en = f"expected a file that can be read, found: {error.strerror} ({name})"
            self._fault(where, "file", f"読めるファイルが必要です（{name}）", en)
            return b""

    def _beside(self, name: str) -> Path:
        return self._path.parent / name

    def _fault(self, at: Where, rule: str, ja: str, en: str) -> None:
        self._faults.append(Fault(str(self._path), self._marked.line_of(at), spell(at), rule, ja, en))

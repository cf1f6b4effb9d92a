"""A platform in process, and relying parties that ask J-LIS themselves or that platform: the same world otherwise."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reference_impl.audit.checks import Audit, Check, open_audit
from reference_impl.audit.rows import Row
from reference_impl.audit.verify import verify
from reference_impl.backends import wire
from reference_impl.backends.client import Platform, PlatformClient
from reference_impl.backends.opening import PlatformBackEnds
from reference_impl.backends.options import Holders
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import Rules
from reference_impl.backends.sealed import load_private, load_public
from reference_impl.clock import Clock
from reference_impl.platform.desk import Desk, Rejected
from reference_impl.platform.names import Names
from reference_impl.platform.settings import PlatformFile, Settings, make_settings
from reference_impl.relying_party import RelyingParty
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.policy import Text
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from reference_impl.verification.ocsp_settings import Question, StatusUnreachable
from reference_impl.verification.purpose import Purpose
from tests.reference_impl import pki
from tests.reference_impl.conftest import AUTH_OCSP, SIGN_OCSP, World, configuration
from tests.reference_impl.responder import Responder

DOCUMENT = Text("移転登録申請書", "application for transfer")
EVERY_PLACE = ["attended", "managed", "lent", "online", "outdoor"]
EVERYTHING = ["enrol", "login", "relink", "tap", "sign", "current-status", "renewal"]
ACCOUNTS = {"id": "accounts", "purposes": ["current-status", "account"], "places": ["attended"]}
ADDRESS = "http://127.0.0.1:9/v1/questions"


def write_keys(folder: Path, *names: str) -> None:
    """An Ed25519 key for each name, private and public, in PEM."""
    for name in names:
        key = Ed25519PrivateKey.generate()
        (folder / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / f"{name}.pem").chmod(0o600)
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub.pem").write_bytes(public)


def client(name: str, **changes: Any) -> dict[str, Any]:
    """A client of the platform: a service provider with the library, open for everything everywhere."""
    document = msgspec.to_builtins(DOCUMENT)
    services = [{"id": "library", "purposes": EVERYTHING, "places": EVERY_PLACE, "document": document}, ACCOUNTS]
    words = {"ja": name, "en": name}
    return {"id": name, "name": words, "key": f"{name}.pub.pem", "services": services, **changes}


def platform_file(*clients: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The platform's file: our anchors, the addresses of J-LIS, and these clients."""
    return {
        "id": "pf-1",
        "key": "pf-1.pem",
        "authorities": [
            {"kind": "auth", "file": "auth-ca.der"},
            {"kind": "auth", "file": "auth-ca-2.der"},
            {"kind": "sign", "file": "sign-ca.der"},
        ],
        "card_issuers": [{"key_id": pki.KEY_ID_ISSUER.hex(), "file": "card-issuer.der"}],
        "jlis": {"auth": AUTH_OCSP, "sign": SIGN_OCSP},
        "clients": list(clients) or [client("sp-1"), client("town", role="municipality")],
        **changes,
    }


def write_files(folder: Path) -> None:
    """Keys and anchors."""
    write_keys(folder, "pf-1", "sp-1", "sp-2", "town", "stranger")
    for name, kind in (("auth-ca", "auth"), ("auth-ca-2", "auth"), ("sign-ca", "sign")):
        (folder / f"{name}.der").write_bytes(pki.der(pki.authority(kind, name)))
    (folder / "card-issuer.der").write_bytes(pki.spki("card-issuer"))


def settings(folder: Path, *clients: dict[str, Any], **changes: Any) -> Settings:
    """The settings, of files in the folder."""
    return make_settings(msgspec.convert(platform_file(*clients, **changes), PlatformFile), folder)


@dataclass
class Hosted:
    """A platform in process, what it was asked, and how its answers are bent on the way."""

    folder: Path
    desk: Desk
    audit: Audit
    responder: Responder
    database: Database
    asked: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    bend: Callable[[bytes], bytes] = field(default=bytes)
    now: datetime = pki.NOW

    def ask(self, question: Question) -> bytes:
        """As the HTTP door has it: a refusal in the clear is no answer."""
        assert question.body is not None
        self.asked.append(question.body)
        try:
            self.answered.append(self.desk.answer(question.body, self.now))
        except Rejected as error:
            raise StatusUnreachable(f"expected HTTP 200, the responder answered {error.status}") from error
        return self.bend(self.answered[-1])

    def client(self, name: str, **changes: Any) -> PlatformClient:
        """One of its clients."""
        made = Platform(
            id="pf-1",
            address=ADDRESS,
            client=name,
            key=load_private(self.folder / f"{name}.pem"),
            answers=load_public(self.folder / "pf-1.pub.pem"),
            timeout=1,
        )
        return PlatformClient(msgspec.structs.replace(made, **changes), self.ask, token_bytes)

    def back_ends(
        self, name: str = "sp-1", services: tuple[ServicePolicy, ...] = (), **changes: Any
    ) -> PlatformBackEnds:
        """The back end of one of its clients: a service provider, or the town that may keep serial numbers."""
        role = RoleName.MUNICIPALITY if name == "town" else RoleName.SERVICE_PROVIDER
        holders = Holders.SERIAL if name == "town" else Holders.PPID
        rules = Rules(role, {"library": DOCUMENT}, services)
        return PlatformBackEnds(self.client(name, **changes), holders, rules, lambda: None)

    def forget(self) -> None:
        """Forgets the revocations it knows of."""
        self.desk.forget()

    def rows(self) -> list[Row]:
        """Its audit."""
        return rows(self.audit)


def rows(audit: Audit) -> list[Row]:
    """Every row of a sound audit."""
    found: list[Row] = []
    assert verify(audit.writer.storage, seen=lambda row, _: found.append(row)).findings == []
    return found


@contextmanager
def hosted(*clients: dict[str, Any], folder: Path | None = None) -> Iterator[Hosted]:
    """A platform over the test PKI, whose J-LIS is a responder of these tests."""
    with TemporaryDirectory() as temporary, closing(open_audit(None, None)) as audit:
        place = folder or Path(temporary)
        write_files(place)
        made, responder, database = settings(place, *clients), Responder(), Database()
        desk = Desk(made, StatusSources(responder), Names(database, "pf-1", token_bytes), audit, token_bytes)
        yield Hosted(place, desk, audit, responder, database)
        database.close()


@contextmanager
def relying_party(through: Hosted | None = None, name: str = "sp-1", **changes: Any) -> Iterator[World]:
    """A relying party at 2026-11-21 00:20:00 UTC: direct, or through a platform as one of its clients."""
    database, responder = Database(), Responder()
    back_ends = None if through is None else through.back_ends(name)
    party = RelyingParty(database, Clock(), StatusSources(responder), back_ends=back_ends, **changes)
    world = World(Surface(party, test_surface=True), party, responder, database)
    world.post("configure", configuration())
    world.set_time("2026-11-21T00:20:00Z")
    yield world
    world.close()


def why(purpose: Any = Purpose.LOGIN, service: str = "library", at: datetime = pki.NOW) -> Check:
    """A question's reason."""
    return Check(at, "counter-1", service, purpose)


__all__ = ["ADDRESS", "DOCUMENT", "Hosted", "hosted", "relying_party", "rows", "settings", "why", "wire"]

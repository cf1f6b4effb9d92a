"""A small PKI, a card's files, an OCSP responder and a client of the contract, for the tests of the checker.

Made with cryptography and literal bytes: nothing of Kazashi is imported, so nothing can agree with itself.
"""

import base64
import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, OCSPExtensionOID

NOW = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
GRID = datetime(2026, 11, 21, 0, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHA256 = hashes.SHA256()
AUTH_POLICY, SIGN_POLICY = "1.2.392.200149.8.5.1.2.30", "1.2.392.200149.8.5.1.0.20"
KEY_ID = b"6000023\x08\x05001\x00\x00\x00\x00"
TERMINAL = {"id": "desk-1", "credential": "open sesame"}

Message = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sign(key: RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(data, padding.PKCS1v15(), SHA256)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def usage(*, repudiation: bool = False, ca: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=repudiation,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Authority:
    key: RSAPrivateKey
    certificate: x509.Certificate

    def issue(
        self,
        public: RSAPublicKey,
        serial: int,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
        *,
        since: datetime = NOW - timedelta(days=100),
        until: datetime = NOW + timedelta(days=100),
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(f"subject {serial}"))
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(since)
            .not_valid_after(until)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, SHA256)


def authority(key: RSAPrivateKey, common_name: str) -> Authority:
    made = (
        x509.CertificateBuilder()
        .subject_name(name(common_name))
        .issuer_name(name(common_name))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1000))
        .not_valid_after(NOW + timedelta(days=2000))
        .add_extension(usage(ca=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return Authority(key, made.sign(key, SHA256))


def policies(identifier: str) -> tuple[x509.CertificatePolicies, bool]:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(identifier), None)]), True


CLIENT = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
AUTH_EXTENSIONS = ((usage(), True), CLIENT, policies(AUTH_POLICY))
SIGN_EXTENSIONS = ((usage(repudiation=True), True), policies(SIGN_POLICY))
NO_CHECK = (
    (usage(), True),
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
    (x509.OCSPNoCheck(), False),
)


def card_key(key: RSAPrivateKey) -> bytes:
    """The 265 bytes of a card key, spec/card.md §2.2."""
    return bytes.fromhex("9003010001 91820100") + key.public_key().public_numbers().n.to_bytes(256, "big")


@dataclass(frozen=True)
class Chip:
    """What makes the chip's material: change one thing and it is another case."""

    key: RSAPrivateKey
    municipality: RSAPrivateKey
    issuer: RSAPrivateKey
    born: bytes = b"19900401"
    key_id: bytes = KEY_ID
    signer: RSAPrivateKey | None = None
    record_signer: RSAPrivateKey | None = None

    def material(self, challenge: bytes) -> dict[str, str]:
        signed = bytes.fromhex("DF1108") + self.born + bytes.fromhex("DF12820109") + card_key(self.key)
        record = (
            bytes.fromhex("FF1082021E")
            + signed
            + bytes.fromhex("DF13820100")
            + sign(self.record_signer or self.municipality, signed)
        )
        body = self.key_id + b"4820101\x08\x05001\x00\x00\x00\x00" + card_key(self.municipality)
        cvc = bytes.fromhex("7F21820233 5F4E820129") + body + bytes.fromhex("5F37820100") + sign(self.issuer, body)
        proof = sign(self.signer or self.key, challenge)
        return {"birth_record": b64(record), "cvc": b64(cvc), "signature": b64(proof)}


@dataclass(frozen=True)
class World:
    auth: Authority
    rogue: Authority
    signing: Authority
    responder: RSAPrivateKey
    holder: RSAPrivateKey
    chip: Chip
    other: RSAPrivateKey

    def auth_certificate(self, serial: int = 0x0132C4AB, **changed: Any) -> x509.Certificate:
        by: Authority = changed.pop("by", self.auth)
        return by.issue(self.holder.public_key(), serial, changed.pop("extensions", AUTH_EXTENSIONS), **changed)

    def sign_certificate(self, serial: int = 0x067C6A21, **changed: Any) -> x509.Certificate:
        return self.signing.issue(self.holder.public_key(), serial, SIGN_EXTENSIONS, **changed)


@cache
def make_world() -> World:
    """The one world of a test run: its keys take a second."""
    made = [rsa.generate_private_key(65537, 2048) for _ in range(9)]
    auth, rogue, signing = (
        authority(key, common_name)
        for key, common_name in zip(made, ("authentication", "authentication", "signature"), strict=False)
    )
    return World(auth, rogue, signing, made[3], made[4], Chip(made[5], made[6], made[7]), made[8])


@dataclass(frozen=True)
class Said:
    """What the responder answers: by default good, by its delegate, fresh, with our nonce."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    why: x509.ReasonFlags | None = None
    signer: str = "delegate"
    nonce: str = "echo"
    serial_off_by: int = 0
    by_sha1: bool = False
    this_update: datetime = GRID
    next_update: datetime | None = GRID + timedelta(minutes=30)
    http: int = 200
    refusal: ocsp.OCSPResponseStatus | None = None
    cut: int | None = None
    raw: bytes | None = None


@dataclass
class Responder:
    """An OCSP responder of both authorities; `said` decides, `asked` is its journal."""

    world: World
    said: Said = field(default_factory=Said)
    asked: list[ocsp.OCSPRequest] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, body: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(body)
        self.asked.append(request)
        said = self.said
        if said.raw is not None:
            return said.raw
        if said.refusal is not None:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(said.refusal).public_bytes(serialization.Encoding.DER)
        ca = self.world.signing if path == "/sign" else self.world.auth
        twin = (
            ocsp.OCSPRequestBuilder().add_certificate(ca.certificate, ca.certificate, hashes.SHA1()).build()  # noqa: S303
            if said.by_sha1
            else request
        )
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            twin.issuer_name_hash,
            twin.issuer_key_hash,
            request.serial_number + said.serial_off_by,
            twin.hash_algorithm,
            said.status,
            said.this_update,
            said.next_update,
            GRID if said.status is ocsp.OCSPCertStatus.REVOKED else None,
            said.why,
        )
        nonces: dict[str, x509.ExtensionType] = {
            "echo": x509.OCSPNonce(self.nonce(request)),
            "wrong": x509.OCSPNonce(bytes(32)),
            "no octet string": x509.UnrecognizedExtension(OCSPExtensionOID.NONCE, b"\x02\x01\x05"),
        }
        if said.nonce in nonces:
            builder = builder.add_extension(nonces[said.nonce], critical=False)
        answer = self._signed(builder, ca)
        whole = answer.public_bytes(serialization.Encoding.DER)
        if said.signer == "nobody":
            whole = whole.replace(answer.signature, bytes([answer.signature[0] ^ 1]) + answer.signature[1:])
        return whole[: said.cut]

    @staticmethod
    def nonce(request: ocsp.OCSPRequest) -> bytes:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce

    def _signed(self, builder: ocsp.OCSPResponseBuilder, ca: Authority) -> ocsp.OCSPResponse:
        signer = self.said.signer
        if signer == "authority":
            return builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ca.certificate).sign(ca.key, SHA256)
        issuer = self.world.rogue if signer == "other generation's delegate" else ca
        extensions = AUTH_EXTENSIONS if signer == "a resident" else NO_CHECK
        until = NOW - SECOND if signer == "expired delegate" else NOW + timedelta(days=9)
        delegate = issuer.issue(self.world.responder.public_key(), 77, extensions, until=until)
        builder = builder.certificates([delegate]).responder_id(ocsp.OCSPResponderEncoding.HASH, delegate)
        return builder.sign(self.world.responder, SHA256)


@contextmanager
def serve_responder(world: World) -> Iterator[Responder]:
    """The responder on a port of its own, until the block ends."""
    responder = Responder(world)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = responder.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(responder.said.http)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's parameter
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    responder.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield responder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def started(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Host and port of a product of the contract, started; it must end by itself on SIGTERM."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening http://127.0.0.1:"), line
        try:
            yield "127.0.0.1", int(line.rsplit(":", 1)[1])
        finally:
            process.terminate()
            code = process.wait(30)
    assert code == 0


CHECKER = (sys.executable, "-m", "conformance.checker")


@dataclass
class Desk:
    """A client of the contract beside a card: begins, presents, and tells the outcome."""

    world: World
    address: tuple[str, int]

    def post(self, verb: str, body: bytes) -> tuple[int, Message]:
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        try:
            connection.request("POST", f"/kazashi/v1/{verb}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def ask(self, verb: str, **message: Any) -> Message:
        status, answer = self.post(verb, json.dumps(message).encode())
        assert status == 200, answer
        return answer

    def set_time(self, instant: datetime, epoch: int = 1) -> None:
        assert self.ask("set_time", instant=written(instant), epoch=epoch) == {"epoch": epoch}

    def configuration(self, url: str) -> Message:
        world = self.world
        issuer = world.chip.issuer.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        every = ["enrol", "login", "tap", "sign"]
        return {
            "authorities": [
                {"kind": "auth", "certificate": b64(der(world.auth.certificate))},
                {"kind": "sign", "certificate": b64(der(world.signing.certificate))},
            ],
            "card_issuers": [{"key_id": b64(KEY_ID), "key": b64(issuer)}],
            "status": [
                {"kind": kind, "ocsp": f"{url}/{kind}", "crl": f"{url}/crl/index.json"} for kind in ("auth", "sign")
            ],
            "terminals": [TERMINAL],
            "services": [
                {"id": "library", "purposes": every},
                {"id": "pool", "purposes": every},
                {"id": "kiosk", "purposes": ["login"]},
            ],
        }

    def begin(self, purpose: str, **changed: Any) -> Message:
        message: Message = {"purpose": purpose, "service": "library", "environment": "attended"}
        if purpose == "tap":
            message |= {"terminal": TERMINAL}
        return self.ask("begin", **{**message, **changed})

    def presentation(
        self,
        purpose: str,
        begun: Message,
        certificate: x509.Certificate | bytes,
        key: RSAPrivateKey | None = None,
        chip: Chip | None = None,
    ) -> Message:
        challenge = base64.b64decode(begun["challenge"])
        shown: Message = {
            "challenge": begun["challenge"],
            "certificate": b64(certificate if isinstance(certificate, bytes) else der(certificate)),
        }
        if purpose in {"enrol", "login"}:
            shown["signature"] = b64(sign(key or self.world.holder, challenge))
        if purpose in {"enrol", "tap"}:
            shown["chip"] = (chip or self.world.chip).material(challenge)
        if purpose == "sign":
            shown["document_signature"] = b64(sign(key or self.world.holder, base64.b64decode(begun["document"])))
        return shown

    def complete(self, begun: Message, shown: Message) -> Message:
        outcome: Message = self.ask("complete", session=begun["session"], presentation=shown)["outcome"]
        return outcome

    def go(
        self,
        purpose: str,
        certificate: x509.Certificate | bytes,
        key: RSAPrivateKey | None = None,
        chip: Chip | None = None,
        **changed: Any,
    ) -> Message:
        """The outcome of one whole run."""
        begun = self.begin(purpose, **changed)
        if "outcome" in begun:
            refused: Message = begun["outcome"]
            return refused
        return self.complete(begun, self.presentation(purpose, begun, certificate, key, chip))

    def account(self, certificate: x509.Certificate | bytes) -> Message | None:
        shown = certificate if isinstance(certificate, bytes) else der(certificate)
        found: Message | None = self.ask("account", certificate=b64(shown))["account"]
        return found


def verdict(outcome: Message) -> tuple[str, str]:
    return outcome["decision"], outcome["reason"]


OK = ("accept", "OK")


def refused(reason: str) -> tuple[str, str]:
    return "reject", reason


@contextmanager
def opened(command: Sequence[str]) -> Iterator[tuple[Desk, Responder]]:
    """A product and a responder, introduced to each other."""
    world = make_world()
    with serve_responder(world) as responder, started(command) as address:
        desk = Desk(world, address)
        assert desk.ask("configure", **desk.configuration(responder.url)) == {}
        yield desk, responder


def fresh(site: tuple[Desk, Responder]) -> tuple[Desk, Responder]:
    """The same product without accounts, at NOW, and an honest responder with an empty journal."""
    desk, responder = site
    desk.ask("reset")
    desk.set_time(NOW)
    responder.said = Said()
    responder.asked.clear()
    return site

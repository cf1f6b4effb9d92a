"""A platform of OpenID Connect on the loopback, in the shape of デジタル認証アプリ (spec/pki.md §7): what it is told
and how it answers. Its pages are INVENTED; its protocol is the published one. The browser is the bench's.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

from conformance.roles.loopback import LONGEST, standing
from conformance.roles.platform_client.case import Speaks
from conformance.roles.platform_client.tokens import jwk, private_jwk, signed, signed_by_public_key, unsigned
from harness.clock import host_now

CLIENT, KID = "kazashi-client", "platform-1"
SUBJECT, SOMEBODY_ELSE = "ppid-0001", "ppid-0002"
LIFE, HOUR = 600, 3600
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TokenAsked:
    """One request at the token endpoint."""

    query: dict[str, str]
    body: dict[str, str]


@dataclass
class FakePlatform:
    """One platform: its keys, its client's, what was asked, and how it answers."""

    address: str = ""
    speaks: Speaks = Speaks.SOUND
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    kid: str = KID
    client_key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    nonces: dict[str, str] = field(default_factory=dict)
    """The nonce that goes with each code."""
    asked: list[TokenAsked] = field(default_factory=list)

    @property
    def client_jwk(self) -> dict[str, Any]:
        """The client's private key, as it is configured."""
        return private_jwk(self.client_key, "client-1")

    def code_for(self, nonce: str) -> str:
        """Return a code, as the person would get it for a login with this nonce."""
        code = secrets.token_urlsafe(24)
        self.nonces[code] = nonce
        return code

    def speak(self, how: Speaks) -> None:
        """Answer so from now on."""
        self.speaks = how
        if how is Speaks.ROTATED:
            self.key, self.kid = generate_private_key(SECP256R1()), f"platform-{secrets.token_hex(4)}"

    def answer(self, path: str, query: dict[str, str], body: dict[str, str]) -> Answer | None:
        """Return the answer to a request; None where the line is cut."""
        match path:
            case "/.well-known/openid-configuration":
                return 200, self._configuration()
            case "/jwks":
                return 200, {"keys": [jwk(self.key.public_key(), self.kid)]}
            case "/userinfo":
                return 200, {"sub": SOMEBODY_ELSE if self.speaks is Speaks.OTHER_SUBJECT else SUBJECT}
            case "/token":
                self.asked.append(TokenAsked(query, body))
                return self._token({**query, **body})
        return 404, {"error": "not_found"}

    def _configuration(self) -> dict[str, Any]:
        places = {f"{name}_endpoint": f"{self.address}/{name}" for name in ("authorization", "token", "userinfo")}
        return {"issuer": self.address, **places, "jwks_uri": f"{self.address}/jwks"}

    def _token(self, asked: dict[str, str]) -> Answer | None:
        if self.speaks is Speaks.GONE:
            return None
        if self.speaks is Speaks.UNAVAILABLE:
            return 503, {"error": "temporarily_unavailable"}
        nonce = self.nonces.pop(asked.get("code", ""), None)
        if nonce is None or self.speaks is Speaks.REFUSING:
            return 400, {"error": "invalid_grant"}
        token = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer", "expires_in": LIFE}
        return 200, {**token, "id_token": self._id_token(nonce)}

    def _id_token(self, nonce: str) -> str:
        now = int(host_now().timestamp())
        claims = {"iss": self.address, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + LIFE, "nonce": nonce}
        match self.speaks:
            case Speaks.OTHER_ISSUER:
                claims["iss"] = "https://platform.invalid"
            case Speaks.ISSUER_WITH_SLASH:
                claims["iss"] = f"{self.address}/"
            case Speaks.OTHER_AUDIENCE:
                claims["aud"] = "somebody-else"
            case Speaks.EXPIRED:
                claims |= {"iat": now - 2 * HOUR, "exp": now - HOUR}
            case Speaks.OTHER_NONCE:
                claims["nonce"] = secrets.token_urlsafe(24)
            case Speaks.NO_NONCE:
                del claims["nonce"]
            case Speaks.UNSIGNED:
                return unsigned(claims)
            case Speaks.OTHER_KEY:
                return signed(claims, generate_private_key(SECP256R1()), self.kid)
            case Speaks.BY_PUBLIC_KEY:
                return signed_by_public_key(claims, self.key.public_key(), self.kid)
        return signed(claims, self.key, self.kid)


@contextmanager
def standing_platform() -> Iterator[FakePlatform]:
    """Yield a platform that listens for the block."""
    platform = FakePlatform()
    with standing(_handler(platform)) as platform.address:
        yield platform


def _handler(platform: FakePlatform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length", "0")), LONGEST)
            self._answer(dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace"))))

        def _answer(self, body: dict[str, str]) -> None:
            place = urlsplit(self.path)
            found = platform.answer(place.path, dict(parse_qsl(place.query)), body)
            if found is None:
                self.close_connection = True
                return
            said = json.dumps(found[1]).encode()
            self.send_response(found[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
            """Say nothing: what came is kept."""

    return Handler

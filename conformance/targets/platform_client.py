"""A service that logs in through a platform, as small as it can be and right: the example, and what mutants bend.

    python:conformance.targets.platform_client:make     lines:python -m conformance.targets.platform_client

OpenID Connect, code flow: state, nonce and S256 for each login, `private_key_jwt` at the token endpoint, the ID token
verified with the platform's published key before anything in it is believed.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

Message = dict[str, Any]
SECONDS, LIFE, LEEWAY = 5, 60, 0
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def now() -> float:
    """Return the host's time: this product has no other."""
    return time.time()  # noqa: TID251  (a product has a clock of its own)


class Refused(Exception):
    """The login ends here, with a decision and a reason of the contract."""

    def __init__(self, reason: str, decision: str = "reject") -> None:
        super().__init__(reason)
        self.reason, self.decision = reason, decision


@dataclass
class Login:
    """A login on its way."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


class PlatformProduct:
    """The product."""

    def __init__(self) -> None:
        self._access: Message = {}
        self._redirect = ""
        self._logins: dict[str, Login] = {}
        self._keys: dict[str, Message] = {}

    def answer(self, verb: str, message: Message) -> Message:
        """Answer a message of the contract."""
        match verb:
            case "hello":
                said = {"contract": "1.0", "role": "platform-client", "product": "Kazashi example platform client"}
                return {**said, "version": "1", "capabilities": ["authentication_app"]}
            case "configure":
                self._access, self._redirect = message["platforms"][0], message["redirect"]
                self._logins, self._keys = {}, {}
                return {}
            case "begin":
                return self.begin()
            case "callback":
                return {"outcome": self.outcome(message)}
        raise ValueError(f"verb {verb}: expected hello, configure, begin or callback")

    def begin(self) -> Message:
        """Return a session, and where the browser goes."""
        session, login = secrets.token_urlsafe(16), Login()
        self._logins[session] = login
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._access["client_id"],
            "redirect_uri": self._redirect,
            "state": login.state,
            "nonce": login.nonce,
            "code_challenge": _text(hashlib.sha256(login.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return {"session": session, "open": f"{self.discovered()['authorization_endpoint']}?{urlencode(asked)}"}

    def outcome(self, message: Message) -> Message:
        """Return what was decided when the browser came back."""
        try:
            self.come_back(message)
        except Refused as refused:
            return {"decision": refused.decision, "reason": refused.reason, "steps": []}
        return {"decision": "accept", "reason": "OK", "steps": []}

    def come_back(self, message: Message) -> None:
        """Return where the person is logged in; Refused otherwise. A login comes back once."""
        login = self._logins.pop(message["session"], None)
        if login is None:
            raise Refused("CHALLENGE_REPLAYED")
        came = {name: values[0] for name, values in parse_qs(urlsplit(message["url"]).query).items()}
        if not secrets.compare_digest(came.get("state", ""), login.state):
            raise Refused("CHALLENGE_MISMATCH")
        if "error" in came:
            busy = came["error"] in ("temporarily_unavailable", "server_error")
            raise Refused("STATUS_UNAVAILABLE", "retry") if busy else Refused("POLICY")
        given = self.token(came.get("code", ""), login)
        claims = self.claims(given["id_token"])
        self.check(claims, login)
        if self.fetched(self.discovered()["userinfo_endpoint"], bearer=given["access_token"])["sub"] != claims["sub"]:
            raise Refused("HOLDER_MISMATCH")

    def token(self, code: str, login: Login) -> Message:
        """Return what the token endpoint gives for a code."""
        endpoint = self.discovered()["token_endpoint"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": login.verifier,
            "client_id": self._access["client_id"],
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(endpoint),
        }
        return self.fetched(endpoint, body=urlencode(form).encode())

    def assertion(self, endpoint: str) -> str:
        """Return the client's own token: who it is, for whom, until when, and once."""
        client, begins = self._access["client_id"], int(now())
        claims = {
            "iss": client,
            "sub": client,
            "aud": endpoint,
            "iat": begins,
            "exp": begins + LIFE,
            "jti": secrets.token_urlsafe(16),
        }
        jwk = self._access["client_key"]
        header = {"alg": "ES256", "typ": "JWT", "kid": jwk.get("kid", "")}
        head = f"{_text(json.dumps(header).encode())}.{_text(json.dumps(claims).encode())}"
        key = derive_private_key(int.from_bytes(_bytes(jwk["d"]), "big"), SECP256R1())
        r, s = decode_dss_signature(key.sign(head.encode(), ECDSA(SHA256())))
        return f"{head}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def claims(self, token: str) -> Message:
        """Return the claims of an ID token that the platform signed by ES256."""
        try:
            head, body, signature = token.split(".")
            header = json.loads(_bytes(head))
            if header["alg"] != "ES256":
                raise Refused("BAD_SIGNATURE")
            self.verify(header["kid"], f"{head}.{body}".encode(), _bytes(signature))
            claims: Message = json.loads(_bytes(body))
        except (ValueError, KeyError) as fault:
            raise Refused("BAD_SIGNATURE") from fault
        return claims

    def verify(self, kid: str, signed: bytes, signature: bytes) -> None:
        """Return where the platform's key signed; Refused otherwise."""
        jwk = self.key(kid)
        x, y = (int.from_bytes(_bytes(jwk[name]), "big") for name in ("x", "y"))
        key = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            key.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))
        except InvalidSignature as fault:
            raise Refused("BAD_SIGNATURE") from fault

    def key(self, kid: str) -> Message:
        """Return a key of the published set; one that is not known yet fetches the set, once."""
        if kid not in self._keys:
            self._keys = {each["kid"]: each for each in self.fetched(self.discovered()["jwks_uri"])["keys"]}
        return self._keys[kid]

    def check(self, claims: Message, login: Login) -> None:
        """Return where the token is of this platform, for us, in force, and of this login."""
        if claims.get("iss") != self.discovered()["issuer"]:
            raise Refused("UNKNOWN_ISSUER")
        if claims.get("aud") not in (self._access["client_id"], [self._access["client_id"]]):
            raise Refused("WRONG_PURPOSE")
        if now() >= claims.get("exp", 0) + LEEWAY:
            raise Refused("EXPIRED")
        if claims.get("nonce") != login.nonce:
            raise Refused("CHALLENGE_MISMATCH")

    def discovered(self) -> Message:
        """Return where the platform's endpoints are."""
        return self.fetched(f"{self._access['address']}/.well-known/openid-configuration")

    def fetched(self, url: str, body: bytes | None = None, bearer: str = "") -> Message:
        """Return an answer of the platform; Refused where there is none that can be used."""
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        request = urllib.request.Request(url, body, headers)  # noqa: S310  (the address is the operator's)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                said: Message = json.loads(answer.read())
        except urllib.error.HTTPError as fault:
            fault.close()
            if fault.code >= 500:
                raise Refused("STATUS_UNAVAILABLE", "retry") from fault
            raise Refused("POLICY") from fault
        except (OSError, ValueError) as fault:
            raise Refused("STATUS_UNAVAILABLE", "retry") from fault
        return said


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make() -> PlatformProduct:
    """Return the product."""
    return PlatformProduct()


def main() -> None:
    """Answer requests until stdin ends."""
    product = PlatformProduct()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            said: Message = {"answer": product.answer(request["verb"], request["message"])}
        except (ValueError, LookupError) as fault:
            where = {"what": "message", "where": request["verb"], "expected": "a message", "actual": str(fault)}
            said = {"error": where}
        sys.stdout.write(json.dumps({"id": request["id"], **said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

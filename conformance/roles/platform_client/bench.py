"""The bench of the role platform-client: a platform, a browser that goes between, and the product."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from conformance.check import Check
from conformance.roles.platform_client.case import PlatformCase, PlatformRule, Returns, Speaks
from conformance.roles.platform_client.fake_platform import CLIENT, FakePlatform, TokenAsked, standing_platform
from conformance.roles.platform_client.tokens import read
from conformance.roles.role_run import Played, TargetFault
from harness.clock import host_now
from harness.contract.client import PlatformClient
from harness.contract.faults import AdapterFault, TimedOut
from harness.contract.messages import Outcome
from harness.contract.platform_messages import Callback, Platform, PlatformAccess, PlatformBegin, PlatformConfigure
from harness.contract.vocabulary import Environment, Purpose

REDIRECT = "https://service.invalid/callback"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
S256_LENGTH, SHORTEST, LONGEST = 43, 43, 128
LONGEST_STATE = 255
Found = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Begun:
    """A login on its way: its session, and the parameters of the URL that the browser opened."""

    session: str
    place: str
    asked: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a case: each login that was begun, each request for a token, and the outcome."""

    platform: FakePlatform
    begun: list[Begun]
    tokens: list[TokenAsked]
    outcome: Outcome


class PlatformBench:
    """A product, and its platform."""

    def __init__(self, client: PlatformClient, platform: FakePlatform) -> None:
        self._client, self._platform = client, platform
        said = client.hello()
        self.product = f"{said.product} {said.version}"
        self.capabilities = frozenset(each.value for each in said.capabilities)

    def play(self, case: PlatformCase) -> Played:
        """Return what came of a case."""
        try:
            seen = self._seen(case)
        except AdapterFault as fault:
            raise TargetFault(str(fault), late=isinstance(fault, TimedOut)) from fault
        said, due = seen.outcome, case.expect
        reasons = " or ".join(reason.value for reason in due.reason)
        checks = [
            Check("decision", due.decision.value, said.decision.value, said.decision is due.decision),
            Check("reason", reasons, said.reason.value, said.reason in due.reason),
        ]
        checks += [Check(rule.value, *LOOKS[rule](seen)) for rule in due.rules]
        asked = [f"authorization  {each.place}?{urlencode(each.asked)}" for each in seen.begun]
        asked += [f"token  {', '.join(sorted(each.body))}" for each in seen.tokens]
        return Played(tuple(checks), "\n".join([*asked, f"outcome  {said.decision.value} {said.reason.value}"]))

    def _seen(self, case: PlatformCase) -> Seen:
        platform = self._platform
        platform.speak(Speaks.SOUND)
        platform.asked.clear()
        access = PlatformAccess(
            platform=Platform.AUTHENTICATION_APP,
            address=platform.address,
            client_id=CLIENT,
            client_key=platform.client_jwk,
        )
        self._client.configure(PlatformConfigure(platforms=[access], redirect=REDIRECT))
        begun: list[Begun] = []
        for _ in range(case.before):
            begun.append(self._begin())
            self._come_back(begun[-1], begun[-1])
        platform.speak(case.platform)
        begun.append(self._begin())
        before = len(platform.asked)
        outcome = self._returned(case.browser, begun)
        tokens = platform.asked if case.before else platform.asked[before:]
        return Seen(platform, begun, list(tokens), outcome)

    def _begin(self) -> Begun:
        begun = self._client.begin(
            PlatformBegin(
                platform=Platform.AUTHENTICATION_APP,
                purpose=Purpose.LOGIN,
                service="login",
                environment=Environment.ONLINE,
            )
        )
        if begun.open is msgspec.UNSET or begun.session is msgspec.UNSET:
            raise TargetFault("begin: expected a session and a URL to open, actual an outcome at once")
        place, _, query = begun.open.partition("?")
        return Begun(begun.session, place, dict(parse_qsl(query, keep_blank_values=True)))

    def _returned(self, how: Returns, begun: list[Begun]) -> Outcome:
        own = begun[-1]
        match how:
            case Returns.OTHER_STATE:
                return self._come_back(own, own, state=secrets.token_urlsafe(24))
            case Returns.NO_STATE:
                return self._come_back(own, own, state=None)
            case Returns.OTHER_SESSION:
                begun.append(self._begin())
                return self._come_back(own, begun[-1])
            case Returns.TWICE:
                url = self._url(own, {"code": self._code(own), "state": own.asked.get("state", "")})
                self._client.callback(Callback(session=own.session, url=url))
                return self._client.callback(Callback(session=own.session, url=url))
            case Returns.DENIED | Returns.BUSY:
                error = "access_denied" if how is Returns.DENIED else "temporarily_unavailable"
                url = self._url(own, {"error": error, "state": own.asked.get("state", "")})
                return self._client.callback(Callback(session=own.session, url=url))
        return self._come_back(own, own)

    def _come_back(self, own: Begun, granted: Begun, state: str | None = "") -> Outcome:
        """Return the outcome of a callback with the code of a login that was granted."""
        shown = granted.asked.get("state", "") if state == "" else state
        parameters = {"code": self._code(granted), **({} if shown is None else {"state": shown})}
        return self._client.callback(Callback(session=own.session, url=self._url(own, parameters)))

    def _code(self, granted: Begun) -> str:
        return self._platform.code_for(granted.asked.get("nonce", ""))

    @staticmethod
    def _url(own: Begun, parameters: dict[str, str]) -> str:
        return f"{own.asked.get('redirect_uri', REDIRECT)}?{urlencode(parameters)}"


@contextmanager
def platform_bench(client: PlatformClient) -> Iterator[PlatformBench]:
    """Yield the bench of a product, beside a platform that stands for the block."""
    with standing_platform() as platform:
        yield PlatformBench(client, platform)


def _authorization(seen: Seen) -> Found:
    asked, place = seen.begun[-1].asked, urlsplit(seen.begun[-1].place)
    wanted = {"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT}
    wrong = [name for name, value in wanted.items() if asked.get(name) != value]
    wrong += [] if "openid" in asked.get("scope", "").split() else ["scope"]
    wrong += [] if place.path == "/authorization" else [place.path]
    return "code, openid, the registered redirect URI", ", ".join(wrong) or "so", not wrong


def _state_and_nonce(seen: Seen) -> Found:
    shown = {name: seen.begun[-1].asked.get(name, "") for name in ("state", "nonce")}
    sizes = {name: len(value) for name, value in shown.items()}
    held = all(1 <= size <= LONGEST_STATE for size in sizes.values()) and shown["state"].isascii()
    return "1 to 255 characters each", ", ".join(f"{name} {size}" for name, size in sizes.items()), held


def _challenge_s256(seen: Seen) -> Found:
    asked = seen.begun[-1].asked
    method, length = asked.get("code_challenge_method", "none"), len(asked.get("code_challenge", ""))
    return f"S256 of {S256_LENGTH}", f"{method} of {length}", method == "S256" and length == S256_LENGTH


def _fresh_verifier(seen: Seen) -> Found:
    verifiers = [each.body.get("code_verifier", "") for each in seen.tokens]
    fits = all(SHORTEST <= len(each) <= LONGEST for each in verifiers)
    held = fits and len(verifiers) > 1 and len(set(verifiers)) == len(verifiers)
    lengths = [len(each) for each in verifiers]
    return "another for each login, 43 to 128 characters", f"{len(set(verifiers))} of {lengths}", held


def _assertions(seen: Seen) -> list[dict[str, object]]:
    key = seen.platform.client_key.public_key()
    return [read(each.body.get("client_assertion", ""), key) for each in seen.tokens]


def _assertion(seen: Seen) -> Found:
    wanted = "iss = sub = the client, aud, exp ahead, signed by its key"
    try:
        claims = _assertions(seen)[-1]
    except (ValueError, IndexError) as fault:
        return wanted, str(fault)[:120] or "none", False
    expiry = claims.get("exp")
    wrong = [name for name in ("iss", "sub") if claims.get(name) != CLIENT]
    wrong += [] if claims.get("aud") else ["aud"]
    wrong += [] if isinstance(expiry, int | float) and expiry > host_now().timestamp() else ["exp"]
    wrong += [] if seen.tokens[-1].body.get("client_assertion_type") == ASSERTION_TYPE else ["client_assertion_type"]
    return wanted, f"wrong: {', '.join(wrong)}" if wrong else "so", not wrong


def _fresh_jti(seen: Seen) -> Found:
    try:
        drawn = [str(claims.get("jti", "")) for claims in _assertions(seen)]
    except ValueError as fault:
        return "another for each", str(fault)[:120], False
    held = len(drawn) > 1 and "" not in drawn and len(set(drawn)) == len(drawn)
    return "another for each", f"{len(set(drawn))} of {len(drawn)}", held


def _audience(seen: Seen) -> Found:
    ours = (seen.platform.address, f"{seen.platform.address}/token")
    try:
        audience = _assertions(seen)[-1].get("aud")
    except (ValueError, IndexError) as fault:
        return "one of the platform's", str(fault)[:120], False
    return "the issuer or the token endpoint, alone", str(audience)[:120], audience in ours


def _in_the_body(seen: Seen) -> Found:
    asked = seen.tokens[-1] if seen.tokens else TokenAsked({}, {})
    held = bool(asked.body.get("code")) and not asked.query
    return "in the body, nothing in the query", f"query: {', '.join(asked.query) or 'nothing'}", held


def _no_token_asked(seen: Seen) -> Found:
    return "none", str(len(seen.tokens)), not seen.tokens


LOOKS: dict[PlatformRule, Callable[[Seen], Found]] = {
    PlatformRule.AUTHORIZATION: _authorization,
    PlatformRule.STATE_AND_NONCE: _state_and_nonce,
    PlatformRule.CHALLENGE_S256: _challenge_s256,
    PlatformRule.FRESH_VERIFIER: _fresh_verifier,
    PlatformRule.ASSERTION: _assertion,
    PlatformRule.FRESH_JTI: _fresh_jti,
    PlatformRule.AUDIENCE: _audience,
    PlatformRule.IN_THE_BODY: _in_the_body,
    PlatformRule.NO_TOKEN_ASKED: _no_token_asked,
}

"""The bench of the role responder: asks over HTTP, and holds what came against the rules of the case."""

import base64
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from asn1crypto import ocsp

from conformance.check import Check
from conformance.roles.responder.asking import Request, Requestor, build
from conformance.roles.responder.case import (
    About,
    Answered,
    Ask,
    Demand,
    Fetch,
    Fetched,
    ResponderCase,
    Rule,
    Signed,
)
from conformance.roles.responder.crl_rules import CRL_RULES
from conformance.roles.responder.facts import Facts, Known
from conformance.roles.responder.ocsp_rules import OCSP_RULES, Found
from conformance.roles.responder.seen import UNREADABLE, Carried, SeenAnswer, SeenList
from conformance.roles.responder.stage import Stage
from conformance.roles.role_run import Played, TargetFault
from harness.clock import host_now

S = TypeVar("S", SeenAnswer, SeenList)
LONGEST_NONCE = 200
OCSP_REQUEST, OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
LIST_TYPES = ("application/pkix-crl", "application/x-pkcs7-crl")
"""RFC 5280 §4.2.1.13 wants the first; the second is its elder name."""


class ResponderBench:
    """One responder, its facts, and a line to it."""

    def __init__(self, facts: Facts, *, timeout: float = 10.0) -> None:
        self.facts = facts
        self.product = facts.product
        self.capabilities = facts.capabilities
        self._now: Callable[[], datetime] = host_now
        self._line = httpx.Client(timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def play(self, case: ResponderCase) -> Played:
        """Return what came of a case."""
        if not case.story:
            return self._judged(case, self.facts, None, None)
        if self.facts.stages is None:
            raise TargetFault(f"{case.id}: expected a responder whose clock can be set, actual another")
        with self.facts.stages() as stage:
            self._now = stage.now
            try:
                return self._told(case, stage)
            finally:
                self._now = host_now

    def _told(self, case: ResponderCase, stage: Stage) -> Played:
        """Let the story of a case happen, and judge what comes of it."""
        known = Requestor.made(stage.now())
        earlier = None
        for act in case.story:
            match act:
                case Fetched():
                    facts = stage.facts()
                    earlier = SeenList(facts, self._get(facts.crl or ""))
                case Demand():
                    stage.do(Demand(known.certificate.hex()))
                case _:
                    stage.do(act)
        facts = stage.facts()
        asked = case.question
        signed = asked.signed if isinstance(asked, Ask) else None
        other = Requestor.made(stage.now()) if signed is Signed.UNKNOWN else None
        if facts.newer is not None and earlier is not None:
            facts = replace(facts, crl=facts.newer)
        return self._judged(case, facts, earlier, known if signed is Signed.KNOWN else other)

    def _judged(
        self, case: ResponderCase, facts: Facts, earlier: SeenList | None, requestor: Requestor | None
    ) -> Played:
        if isinstance(case.question, Fetch):
            seen_list = SeenList(facts, self._get(facts.crl or ""), earlier)
            checks = self._list_checks(case, seen_list)
            return Played(tuple(checks), f"GET {facts.crl}\n{_shown(seen_list.carried)}")
        seen = SeenAnswer(facts, case.question, *self._send(facts, case.question, requestor))
        checks = [_answered(case, seen.answered)]
        understood = seen.answered == Answered.SUCCESSFUL
        checks += [self._check(rule, seen) for rule in case.expect.rules if understood or rule in CARRIER_RULES]
        transcript = f"OCSP request  {seen.request.der.hex()}\n{_shown(seen.carried)}"
        return Played(tuple(checks), transcript)

    def _check(self, rule: Rule, seen: SeenAnswer) -> Check:
        if rule is Rule.SIGNER_NOT_REVOKED:
            return _looked_at(rule, self._signer_not_revoked, seen)
        return _looked_at(rule, CARRIER_RULES[rule] if rule in CARRIER_RULES else OCSP_RULES[rule], seen)

    @staticmethod
    def _list_checks(case: ResponderCase, seen: SeenList) -> list[Check]:
        checks = [_answered(case, seen.answered)]
        for rule in case.expect.rules:
            if rule in LIST_CARRIER_RULES:
                checks.append(_looked_at(rule, LIST_CARRIER_RULES[rule], seen))
            elif seen.answered == Answered.SUCCESSFUL:
                checks.append(_looked_at(rule, CRL_RULES[rule], seen))
        return checks

    def _signer_not_revoked(self, seen: SeenAnswer) -> Found:
        """Return what the responder says of its own delegate, where that certificate does not forgo the question."""
        wanted = "nocheck, or a delegate that is not revoked"
        signer = seen.signer
        if signer is None:
            return Found(wanted, "no signer", held=False)
        if seen.is_authority or signer.ocsp_no_check_value is not None:
            return Found(wanted, "the authority" if seen.is_authority else "nocheck", held=True)
        asked = SeenAnswer(self.facts, Ask(), *self._send(_about(seen.facts, signer.serial_number), Ask()))
        name = asked.single["cert_status"].name if asked.basic is not None else asked.answered
        return Found(wanted, f"no nocheck, and {name}", name != "revoked")

    def _send(self, facts: Facts, ask: Ask, requestor: Requestor | None = None) -> tuple[Request, Carried]:
        request = build(ask, facts, secrets.token_bytes(LONGEST_NONCE), requestor)
        url = facts.ocsp or ""
        if ask.get:
            return request, self._get(f"{url.rstrip('/')}/{quote(base64.b64encode(request.der), safe='')}")
        headers = {"content-type": OCSP_REQUEST}
        return request, self._exchanged(lambda: self._line.post(url, content=request.der, headers=headers), url)

    def _get(self, url: str) -> Carried:
        return self._exchanged(lambda: self._line.get(url), url)

    def _exchanged(self, exchange: Callable[[], httpx.Response], url: str) -> Carried:
        before = self._now()
        try:
            answer = exchange()
        except httpx.TimeoutException as fault:
            raise TargetFault(f"{url}: expected an answer in time, actual none", late=True) from fault
        except (httpx.TransportError, httpx.InvalidURL) as fault:
            raise TargetFault(f"{url}: expected an answer over HTTP, actual {fault}") from fault
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Carried(answer.status_code, headers, answer.content, before, self._now())


def media_type(seen: SeenAnswer) -> Found:
    """The media type of OCSP answers (RFC 6960 App. A.1, RFC 9919 §6)."""
    actual = seen.carried.headers.get("content-type", "none").partition(";")[0].strip().lower()
    return Found(OCSP_RESPONSE, actual, actual == OCSP_RESPONSE)


def cacheable(seen: SeenAnswer) -> Found:
    """An authoritative answer may be kept (RFC 9919 §7.2)."""
    said = ", ".join(filter(None, (seen.carried.headers.get(name) for name in ("cache-control", "pragma")))).lower()
    held = "no-store" not in said and "no-cache" not in said
    return Found("neither no-store nor no-cache", said or "nothing said", held)


def nothing_behind(seen: SeenAnswer) -> Found:
    """The body is one OCSPResponse and no octet more."""
    try:
        ocsp.OCSPResponse.load(seen.carried.body, strict=True)
    except UNREADABLE as fault:
        return Found("one DER value", str(fault)[:80], held=False)
    return Found("one DER value", "one", held=True)


def no_bytes(seen: SeenAnswer) -> Found:
    """No error carries responseBytes (RFC 6960 §4.2.1)."""
    held = seen.answered == Answered.SUCCESSFUL or not seen.has_bytes
    return Found("none", "some" if seen.has_bytes else "none", held)


def list_whole(seen: SeenList) -> Found:
    """The body is one list, whole, and no octet more."""
    with contextlib.suppress(*UNREADABLE):
        type(seen.list).load(seen.carried.body, strict=True)
        return Found("one DER value", "one", seen.list is not None)
    return Found("one DER value", "something else", held=False)


def list_media_type(seen: SeenList) -> Found:
    """application/pkix-crl (RFC 5280 §4.2.1.13)."""
    actual = seen.carried.headers.get("content-type", "none").partition(";")[0].strip().lower()
    return Found(LIST_TYPES[0], actual, actual in LIST_TYPES)


CARRIER_RULES: dict[Rule, Callable[[SeenAnswer], Found]] = {
    Rule.MEDIA_TYPE: media_type,
    Rule.CACHEABLE: cacheable,
    Rule.NOTHING_BEHIND: nothing_behind,
    Rule.NO_BYTES: no_bytes,
}
"""They hold of every answer, whatever it says."""
LIST_CARRIER_RULES: dict[Rule, Callable[[SeenList], Found]] = {
    Rule.LIST_WHOLE: list_whole,
    Rule.LIST_MEDIA_TYPE: list_media_type,
}


def _looked_at(rule: Rule, look: Callable[[S], Found], seen: S) -> Check:
    """Return what a rule found; where the part it looks at cannot be read it does not hold."""
    try:
        return Check(rule.value, *look(seen))
    except UNREADABLE as fault:
        return Check(rule.value, "something that can be read", " ".join(str(fault).split())[:200], held=False)


def _about(facts: Facts, serial: int) -> Facts:
    """Return the facts of the same responder with this number as the one that is asked about."""
    return replace(facts, known={**facts.known, About.GOOD: Known(serial)})


def _answered(case: ResponderCase, actual: str) -> Check:
    due = [answer.value for answer in case.expect.answered]
    return Check("answered", " or ".join(due), actual, actual in due)


def _shown(carried: Carried) -> str:
    head: Any = carried.headers.get("content-type", "")
    shown = carried.body[:4096].hex()
    return f"HTTP {carried.http} {head} ({len(carried.body)} octets)\n{shown}"

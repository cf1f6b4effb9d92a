"""The second relying party: the seven verbs of contract 1.0 over configuration, clock, sessions and accounts."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from asn1crypto import keys

from conformance.checker.evidence import BirthRecord, Certificate, read_certificate
from conformance.checker.examination import Examination, find_issuer
from conformance.checker.messages import Broken, shown
from conformance.checker.openssl import OpenSsl
from conformance.checker.parties import (
    CHALLENGE_LIFE,
    Account,
    AccountKey,
    Configuration,
    Refused,
    Session,
    check_place,
    outcome,
)
from conformance.checker.status import TOLERANCE


class RelyingParty:
    """One lock guards sessions and accounts; configuration and clock are replaced whole."""

    def __init__(self, openssl: OpenSsl) -> None:
        self._openssl = openssl
        self._lock = threading.Lock()
        self._configuration = Configuration()
        self._clock: tuple[datetime, int] | None = None
        self._sessions: dict[str, Session] = {}
        self._accounts: dict[AccountKey, Account] = {}
        self._version = f"0.1.0 on {openssl.version()}"
        self._verbs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "hello": self._hello,
            "configure": self._configure,
            "reset": self._reset,
            "set_time": self._set_time,
            "begin": self._begin,
            "complete": self._complete,
            "account": self._account,
        }

    def answer(self, verb: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request that `read_request` has read."""
        return self._verbs[verb](request)

    def _hello(self, _request: dict[str, Any]) -> dict[str, Any]:
        return {
            "contract": "1.0",
            "role": "relying-party",
            "product": "kazashi-checker",
            "version": self._version,
            "capabilities": ["set_time", "enrol", "login", "tap", "sign", "account"],
            "tolerances": {
                "clock_seconds": 0,
                "status_seconds": int(TOLERANCE.total_seconds()),
                "challenge_seconds": int(CHALLENGE_LIFE.total_seconds()),
            },
        }

    def _configure(self, request: dict[str, Any]) -> dict[str, Any]:
        _check_anchors(request)
        self._configuration = Configuration(
            tuple((entry["kind"], entry["certificate"]) for entry in request["authorities"]),
            tuple((entry["key_id"], entry["key"]) for entry in request["card_issuers"]),
            {entry["kind"]: entry["ocsp"] for entry in request["status"]},
            {entry["id"]: entry["credential"] for entry in request["terminals"]},
            {entry["id"]: frozenset(entry["purposes"]) for entry in request["services"]},
        )
        return {}

    def _reset(self, _request: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._sessions, self._accounts = {}, {}
        return {}

    def _set_time(self, request: dict[str, Any]) -> dict[str, Any]:
        self._clock = (request["instant"], request["epoch"])
        return {"epoch": request["epoch"]}

    def _begin(self, request: dict[str, Any]) -> dict[str, Any]:
        clock, steps = self._clock, ["place"]
        if clock is None:
            return {"outcome": outcome("POLICY", "no set_time yet, and no clock of my own", ["policy"], None, {})}
        try:
            check_place(request["purpose"], request["environment"])
            account = self._admit(self._configuration, request, steps)
        except Refused as refused:
            return {"outcome": outcome(refused.reason, refused.why, steps, clock[1], {})}
        name, challenge, signs = secrets.token_hex(16), secrets.token_bytes(32), request["purpose"] == "sign"
        document = f"Kazashi checker\nservice {request['service']!a}\nchallenge ".encode() + challenge
        with self._lock:
            self._sessions[name] = Session(
                request["purpose"],
                request["service"],
                request["environment"],
                challenge,
                document if signs else challenge,
                clock[0],
            )
        answer = {"session": name, "challenge": base64.b64encode(challenge).decode()}
        if signs:
            answer["document"] = base64.b64encode(document).decode()
        if account is not None:
            answer["birth_date"] = account.birth_date
        return answer

    def _admit(self, configuration: Configuration, request: dict[str, Any], steps: list[str]) -> Account | None:
        """The account of a tap's holder hint, if there is one; policy first, so that a stranger learns nothing."""
        steps.append("policy")
        configuration.check_service(request["service"], request["purpose"])
        if request["purpose"] != "tap":
            return None
        configuration.check_terminal(request.get("terminal"))
        if "holder" not in request:
            return None
        steps.append("account")
        try:
            key = self._account_key(configuration, read_certificate(request["holder"]["certificate"]))
        except ValueError as fault:
            raise Refused("MALFORMED", f"holder: {fault}") from None
        except Refused as refused:
            raise Refused("NOT_ENROLLED", f"holder: {refused.why}") from None
        account = self._accounts.get(key)
        if account is None or request["service"] not in account.services:
            raise Refused("NOT_ENROLLED", "no account for this certificate at this service")
        return account

    def _account_key(self, configuration: Configuration, certificate: Certificate) -> AccountKey:
        """By the key that signed it: an issuer's name and a serial can be written by anybody."""
        return read_certificate(find_issuer(self._openssl, configuration, certificate, "auth")).key, certificate.serial

    def _account(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            key = self._account_key(self._configuration, read_certificate(request["certificate"]))
        except (ValueError, Refused):
            return {"account": None}
        with self._lock:
            account = self._accounts.get(key)
            return {
                "account": account
                and {
                    "issuer_key": hashlib.sha256(key[0]).hexdigest(),
                    "serial": f"{key[1]:x}",
                    "services": list(account.services),
                    "chip_key": hashlib.sha256(account.chip_key).hexdigest(),
                    "accepted": account.accepted,
                }
            }

    def _complete(self, request: dict[str, Any]) -> dict[str, Any]:
        clock, session = self._clock, self._sessions.get(request["session"])
        if session is None or clock is None:  # its purpose is unknown too, so no earlier step can be done
            return {"outcome": outcome("CHALLENGE_MISMATCH", "unknown session", ["challenge"], clock and clock[1], {})}
        examination = Examination(self._openssl, self._configuration, clock[0], session, request["presentation"])
        reason, why = "OK", ""
        try:
            self._settle(examination, *examination.run(self._accounts.get))
        except Refused as refused:
            reason, why = refused.reason, refused.why
        return {"outcome": outcome(reason, why, examination.steps, clock[1], examination.status)}

    def _settle(self, examination: Examination, key: AccountKey, record: BirthRecord | None) -> None:
        """(9) and (10) under one lock, and then the change: two enrolments at once make one account."""
        session = examination.session
        with self._lock:
            account = self._accounts.get(key)
            if session.purpose != "sign":
                examination.steps.append("account")
                _check_account(account, session, record)
            examination.steps.append("policy")
            examination.configuration.check_service(session.service, session.purpose)
            if session.purpose == "enrol" and record is not None:
                account = self._accounts.setdefault(key, Account(record.birth_date, record.chip_key_content, []))
                account.services.append(session.service)
            if session.purpose != "sign" and account is not None:
                account.accepted += 1


def _check_account(account: Account | None, session: Session, record: BirthRecord | None) -> None:
    """(9) Enrolment wants no account at the service, login and tap want one; a known certificate keeps its chip."""
    enrolled = account is not None and session.service in account.services
    if session.purpose == "enrol" and enrolled:
        raise Refused("ALREADY_ENROLLED", "the certificate has an account at this service")
    if session.purpose != "enrol" and not enrolled:
        raise Refused("NOT_ENROLLED", "no account for this certificate at this service")
    if account is not None and record is not None:
        account.check_card(record.birth_date, record.chip_key_content)


def _check_anchors(request: dict[str, Any]) -> None:
    """Refuse a configuration with an anchor that is none: every later verdict would be about that."""
    for place, entry in enumerate(request["authorities"]):
        try:
            read_certificate(entry["certificate"])
        except ValueError as fault:
            raise Broken("no certificate", f"body.authorities[{place}].certificate", "DER", str(fault)) from None
    for place, entry in enumerate(request["card_issuers"]):
        where = f"body.card_issuers[{place}]"
        if len(entry["key_id"]) != 16:
            raise Broken("bad key_id", f"{where}.key_id", "16 bytes", f"{len(entry['key_id'])} bytes")
        try:
            _ = keys.PublicKeyInfo.load(entry["key"], strict=True).native
        except (ValueError, TypeError):
            raise Broken("no key", f"{where}.key", "DER SubjectPublicKeyInfo", shown(entry["key"])) from None

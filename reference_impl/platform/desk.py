"""One question, one answer: whose it is, whether it may be asked, what the verification says, by which name it is told.

What is no question of a known client's is refused in the clear (`Rejected`), with nothing asked and nothing recorded
but the count of the log. Everything else gets a signed answer, and a row of the audit with its client and purpose.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from reference_impl.audit.checks import Audit, Check
from reference_impl.backends import wire
from reference_impl.backends.accountable import Accountable
from reference_impl.backends.backend import Ability, Errand, Numbered, purpose_of, refused
from reference_impl.backends.numbers import AccountableNumbers
from reference_impl.backends.opening import DirectBackEnds
from reference_impl.backends.rules import Asked, Rules
from reference_impl.backends.sealed import ANSWER, QUESTION, NotSealed, seal, unseal
from reference_impl.platform.names import Meant, Names
from reference_impl.platform.settings import Client, ClientService, Settings, name_of
from reference_impl.status_methods import StatusSources
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.doors import Doors
from reference_impl.verification.policy import Policy
from reference_impl.verification.verdict import HolderKey, Reason, Verdict

TOLERANCE: Final = timedelta(seconds=wire.TOLERANCE_SECONDS)
REMEMBERED: Final = 200_000
"""Identifiers of questions; the oldest goes when another one comes."""
CLAUSE: Final = "docs/backends.md"


class Rejected(Exception):
    """No question of a client's: an HTTP status, and why in one line without any of its content."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Desk:
    """The platform at work."""

    def __init__(
        self, settings: Settings, sources: StatusSources, names: Names, audit: Audit, draw: Callable[[int], bytes]
    ) -> None:
        self._settings = settings
        self._names = names
        self._audit = audit
        documents = {
            name_of(client, service): service.document
            for client in settings.clients.values()
            for service in client.services
            if service.document is not None
        }
        self._back_ends = back_ends = DirectBackEnds(sources, draw, Rules(settings.role, documents))
        policy = Policy(settings.configuration.services)
        self._back_end = Accountable(back_ends.make(settings.configuration, policy), back_ends.rules, audit)
        numbers = back_ends.numbers(settings.configuration)
        self._numbers = AccountableNumbers(numbers, back_ends.rules, audit)
        self._challenges = _Challenges()
        self._asked: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, message: bytes, now: datetime) -> bytes:
        """The signed answer; Rejected for what is no question of a client's, or comes again."""
        settings = self._settings
        try:
            sender, payload = unseal(message, QUESTION, settings.keys.get)
        except NotSealed as error:
            raise Rejected(401, str(error)) from error
        try:
            question = msgspec.json.decode(payload, type=wire.AskedOf)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Rejected(400, f"expected a question, found: {error}") from error
        if (question.from_, question.to) != (sender, settings.id):
            raise Rejected(401, "expected a question from its sender to this platform, found another")
        if abs(question.at - now) > TOLERANCE:
            raise Rejected(403, f"expected a question of the last {TOLERANCE}, found another; compare the clocks")
        self._require_new(question.id)
        said = self._say(settings.clients[sender], question, now)
        digest = hashlib.sha256(message).hexdigest()
        answer = wire.Answer(question.id, digest, settings.id, sender, now, said)
        return seal(settings.key, settings.id, ANSWER, msgspec.json.encode(answer))

    def forget(self) -> None:
        """Forgets the revocations that it remembers."""
        self._back_ends.forget()

    def _require_new(self, identifier: str) -> None:
        with self._lock:
            if identifier in self._asked:
                raise Rejected(409, "expected a question asked once, found it again")
            self._asked[identifier] = None
            while len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)

    def _say(self, client: Client, question: wire.AskedOf, now: datetime) -> wire.Said:
        service = client.service(question.service)
        if service is None:
            verdict = refused(Reason.POLICY, CLAUSE, "契約にないサービスです", "the client has no such service")
            return self._refuse(Check(now, client.id, f"{client.id}/?", purpose_of(question.purpose)), verdict)
        why = Check(now, client.id, name_of(client, service), purpose_of(question.purpose))
        not_allowed = _not_allowed(service, question)
        if not_allowed is not None:
            return self._refuse(why, not_allowed)
        return self._find_out(client, question.ask, why)

    def _refuse(self, why: Check, verdict: Verdict) -> wire.Said:
        self._audit.record(why, verdict)
        return wire.Said(verdict.reason, verdict.steps, None, verdict.finding)

    def _find_out(self, client: Client, ask: wire.Ask, why: Check) -> wire.Said:
        if isinstance(ask, wire.StatusOf):
            return self._status(client, ask, why)
        if isinstance(ask, wire.Before):
            return self._former(client, ask, why)
        if isinstance(ask, wire.NameOf):
            return self._known_name(client, ask, why)
        if isinstance(ask, wire.Verify):
            doors = Doors(self._challenges.of(client.id))
            verdict = self._back_end.verify(wire.presentation_of(ask, why.service), why, doors)
        elif isinstance(ask, wire.CheckOne):
            verdict = self._back_end.check(ask.certificate, ask.kind, why, ask.carrier)
        else:
            found = self._back_end.identify(ask.certificate, why)
            verdict = found if isinstance(found, Verdict) else Verdict(Reason.OK, (), holder=found)
            self._audit.record(why, verdict)
        return self._tell(client, verdict, ask.certificate, why)

    def _tell(self, client: Client, verdict: Verdict, certificate: bytes, why: Check) -> wire.Said:
        """The verdict, with the holder as this client knows them: a PPID only of one who is good."""
        holder = verdict.holder
        if holder is not None and not client.by_serial:
            holder = self._name(client, holder, certificate, why) if verdict.reason is Reason.OK else None
        return wire.Said(verdict.reason, verdict.steps, verdict.status, verdict.finding, holder)

    def _name(self, client: Client, holder: HolderKey, certificate: bytes, why: Check) -> HolderKey:
        known = self._names.find(client.id, holder)
        if known is not None:
            return known
        before: tuple[HolderKey, ...] | Verdict = ()
        if Ability.FORMER in self._back_end.abilities:
            before = self._back_end.former(certificate, msgspec.structs.replace(why, purpose=Errand.RENEWAL))
        meant = Meant(holder, parse_certificate(certificate).not_after)
        return self._names.name(client.id, meant, why.at, () if isinstance(before, Verdict) else before)

    def _status(self, client: Client, ask: wire.StatusOf, why: Check) -> wire.Said:
        refusal = self._back_ends.rules.refusal(Asked(Ability.STATUS, why, ask.kind))
        if refusal is not None:  # before the name is looked up: not even that it is known may be learnt so
            return self._refuse(why, refusal)
        meant = Meant(ask.holder, ask.ends) if client.by_serial else self._names.meant(client.id, ask.holder)
        if meant is None:
            ja, en = "この名前の利用者はいません", "nobody goes by this name"
            return self._refuse(why, refused(Reason.STATUS_UNKNOWN, CLAUSE, ja, en))
        verdict = self._back_end.status(Numbered(meant.holder, ask.kind, meant.ends), why)
        revoked = None
        if verdict.reason in {Reason.REVOKED, Reason.ON_HOLD}:
            found = self._numbers.of(meant.holder, why.at)
            revoked = wire.Revoked(found.why, found.revoked_at) if found.why and found.revoked_at else None
        return wire.Said(verdict.reason, verdict.steps, verdict.status, verdict.finding, ask.holder, revoked=revoked)

    def _known_name(self, client: Client, ask: wire.NameOf, why: Check) -> wire.Said:
        """The name this client was given for it; for an account only, so nothing is said of the certificate."""
        found = self._back_end.name(ask.certificate, why)
        if not isinstance(found, Verdict) and not client.by_serial:
            ja, en = "この証明書の利用者はいません", "nobody was named for this certificate"
            found = self._names.find(client.id, found) or refused(Reason.STATUS_UNKNOWN, CLAUSE, ja, en)
        if isinstance(found, Verdict):
            return self._refuse(why, found)
        self._audit.record(why, Verdict(Reason.OK, ()))
        return wire.Said(Reason.OK, holder=found)

    def _former(self, client: Client, ask: wire.Before, why: Check) -> wire.Said:
        found = self._back_end.former(ask.certificate, why)
        if isinstance(found, Verdict):
            return wire.Said(found.reason, found.steps, None, found.finding)
        if not client.by_serial:
            found = tuple(each for each in (self._names.find(client.id, one) for one in found) if each is not None)
        return wire.Said(Reason.OK, former=found)


def _not_allowed(service: ClientService, question: wire.AskedOf) -> Verdict | None:
    """Purposes and places are the contract's; a signature names the document it is registered for."""
    if question.purpose not in service.purposes:
        en = f"the client's service is not for {question.purpose}"
        return refused(Reason.POLICY, CLAUSE, "契約にない目的です", en)
    if not isinstance(question.ask, wire.Verify):
        return None
    if question.ask.environment not in service.places:
        en = f"the client's service is not for a place that is {question.ask.environment}"
        return refused(Reason.PLACE_NOT_ALLOWED, CLAUSE, "契約にない場所です", en)
    named = None if service.document is None else service.document.ja
    if question.ask.shape in {"signing", "phone-signing"} and (named is None or question.ask.document != named):
        ja, en = "登録された文書ではありません", "the document is not the one that is registered"
        return refused(Reason.POLICY, "spec/pki.md §5 (platform terms) [document-named]", ja, en)
    return None


class _Challenges:
    """Challenges are the clients'; here each is taken once from each of them."""

    def __init__(self) -> None:
        self._seen = IssuedChallenges()

    def of(self, client: str) -> "_ChallengesOf":
        """The door for one client's presentations."""
        return _ChallengesOf(self._seen, client)


class _ChallengesOf:
    def __init__(self, seen: IssuedChallenges, client: str) -> None:
        self._seen = seen
        self._client = client

    def spend(self, session: str, challenge: bytes, now: datetime) -> Reason | None:
        """None the first time; whether it is fresh, and the session's, is for the client to know."""
        del session
        try:
            self._seen.issue(hashlib.sha256(self._client.encode() + b"\0" + challenge).digest(), now)
        except ValueError:
            return Reason.CHALLENGE_REPLAYED
        return None

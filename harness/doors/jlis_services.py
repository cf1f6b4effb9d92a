"""The services of the fake J-LIS beside status: links, record checks, the four attributes, fees. All INVENTED.

POST /services/link          which certificates belong together (紐付け)
POST /services/record-check  現況確認 of a certificate of the past
POST /services/consents      a signed consent to the attribute service; /withdraw takes it back
POST /services/attributes    最新の利用者情報（4情報）提供
GET  /services/fees          the fee counter

The formats are ours: the real ones are given to verifiers only (spec/pki.md §4). 404 for a certificate that was never
issued, 409 while the old one is over and no new one exists.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.chronicle import EventRefused
from harness.contract.messages import Message
from harness.contract.vocabulary import Kind
from harness.doors import service_messages as said
from harness.doors.body import BodyRefused, read_body
from harness.doors.complaint import complain
from harness.jlis import attributes, linking
from harness.jlis.consent import ConsentRefused, read_consent
from harness.jlis.entries import Entry
from harness.jlis.fees import count_fees
from harness.jlis.journal import Entry as Line
from harness.jlis.linking import LinkStatus
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Register
from harness.world import World

LONGEST_MESSAGE = 65_536


class Refusal(Exception):
    """A request that is understood and refused, with HTTP's number for it."""

    def __init__(self, http: int, expected: str, actual: str) -> None:
        super().__init__(actual)
        self.http, self.expected, self.actual = http, expected, actual


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and what the journal says of it."""

    answer: Message
    said: str
    kind: Kind | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One row: where it stands, what it is asked, what it tells."""

    path: str
    door: str
    asks: type[Message]
    answers: type[Message]
    tell: Callable[[World, Any], Told]
    method: str = "POST"

    @property
    def name(self) -> str:
        """The name that generated clients call it by: the function's, in their manner."""
        first, *others = self.tell.__name__.split("_")
        return first + "".join(word.title() for word in others)

    @property
    def summary(self) -> str:
        """What it does, in the function's own words."""
        return (self.tell.__doc__ or self.name).splitlines()[0]


def resolve_link(world: World, asked: said.Named) -> Told:
    """Tell what belongs to a certificate."""
    serial, now = int(asked.serial, 16), world.clock.now()

    def look(register: Register, mark: datetime) -> linking.Links | None:
        return linking.resolve(register, asked.kind, serial, None, mark)

    links = world.jlis.look(now, look)
    key_id = None if asked.issuer_key_id is msgspec.UNSET else asked.issuer_key_id
    if links is None or (key_id is not None and key_id != world.jlis.issuer_key_id(links.asked)):
        raise Refusal(404, "a certificate that was issued", "none of that number by that issuer")
    if links.status is LinkStatus.ENDED:
        raise Refusal(409, "a certificate in force, or a new one", "neither yet; ask again later")
    answer = said.LinkAnswer(
        as_of=links.as_of,
        status=links.status,
        asked=_linked(world, links.asked, links.as_of),
        current=None if links.current is None else _linked(world, links.current, links.as_of),
        previous=[_linked(world, entry, links.as_of) for entry in links.previous],
        counterparts=[_linked(world, entry, links.as_of) for entry in links.counterparts],
    )
    return Told(answer, links.status.value, asked.kind, serial)


def check_record(world: World, asked: said.CheckRecord) -> Told:
    """Tell the state of a certificate of a past transaction."""
    serial, now = int(asked.serial, 16), world.clock.now()

    def look(register: Register, mark: datetime) -> tuple[datetime, Entry | None]:
        return mark, register.entry_at(asked.kind, serial, mark)

    mark, entry = world.jlis.look(now, look)
    if entry is None:
        raise Refusal(404, "a certificate that was issued", "none of that number")
    revoked = entry.is_revoked_at(mark)
    in_time = said.RecordStatus.GOOD if mark <= entry.not_after else said.RecordStatus.EXPIRED
    status = said.RecordStatus.REVOKED if revoked else in_time
    answer = said.RecordAnswer(
        as_of=mark,
        status=status,
        reason=entry.reason if revoked else None,
        revoked=entry.revoked if revoked else None,
        attributes_may_have_changed=revoked and entry.reason is RevocationReason.AFFILIATION_CHANGED,
    )
    return Told(answer, f"{asked.purpose.value} {status.value}", asked.kind, serial)


def give_consent(world: World, asked: said.GiveConsent) -> Told:
    """Take a signed consent in."""
    try:
        consent = read_consent(asked.document, asked.signature, asked.certificate)
        given = world.give_consent(consent, asked.signature)
    except ConsentRefused as fault:
        raise Refusal(400, "a consent signed by the certificate's key", str(fault)) from fault
    answer = said.ConsentState(service=given.service, given=given.given, ends=given.ends)
    return Told(answer, "consent", Kind.SIGN, consent.serial)


def withdraw_consent(world: World, asked: said.WithdrawConsent) -> Told:
    """Let a consent end at once; whose it is says the register as of now, for nothing is published by it."""
    serial = int(asked.serial, 16)
    holder = world.holder_of(Kind.SIGN, serial)
    if holder is None:
        raise _nobodys_signature()
    world.withdraw_consent(holder, asked.service)
    return Told(said.Nothing(), "withdrawn", Kind.SIGN, serial)


def ask_attributes(world: World, asked: said.AskAttributes) -> Told:
    """Tell what is new of a holder who agreed to it."""
    serial, now = int(asked.serial, 16), world.clock.now()
    holder = _holder(world, serial)

    def look(register: Register, mark: datetime) -> attributes.AttributeAnswer:
        if register.consent(holder, asked.service, now) is None:
            return attributes.AttributeAnswer(mark, attributes.News.NO_CONSENT)
        # what was told is never newer than what may be told now: an instant to come knows no more than the mark
        person = None if asked.since is msgspec.UNSET else register.person_at(holder, min(asked.since, mark))
        known = None if person is None else attributes.FourAttributes.of(person.resident)
        return attributes.latest(register, holder, known, mark)

    told = world.jlis.look(now, look)
    four = told.attributes
    answer = said.AttributesTold(
        as_of=told.as_of,
        news=told.news,
        attributes=None if four is None else said.Attributes(four.name, four.address, four.birth_date, four.sex),
        moved_abroad=told.moved_abroad,
        fee=told.fee,
    )
    return Told(answer, told.news.value, Kind.SIGN, serial)


def show_fees(world: World, _: said.Nothing) -> Told:
    """Tell what was asked and what it would cost."""
    lines = count_fees(world.journal.sums())
    drawn = [
        said.FeeLineSaid(
            service=said.FeeService(line.service),
            kind=Kind(line.kind),
            purpose=said.FeePurpose(line.purpose),
            count=line.count,
            yen_each=line.yen_each,
            waived=line.waived,
            due=line.due,
        )
        for line in lines
    ]
    return Told(said.Bill(lines=drawn, due=sum(line.due for line in lines)), "bill")


SERVICES = (
    Service("/services/link", "link", said.Named, said.LinkAnswer, resolve_link),
    Service("/services/record-check", "record-check", said.CheckRecord, said.RecordAnswer, check_record),
    Service("/services/consents", "attributes", said.GiveConsent, said.ConsentState, give_consent),
    Service("/services/consents/withdraw", "attributes", said.WithdrawConsent, said.Nothing, withdraw_consent),
    Service("/services/attributes", "attributes", said.AskAttributes, said.AttributesTold, ask_attributes),
    Service("/services/fees", "fees", said.Nothing, said.Bill, show_fees, method="GET"),
)


def service_routes(world: World) -> list[Route]:
    """Return the routes of every service over a world; each request is one line of its journal."""
    return [Route(row.path, _endpoint(world, row), methods=[row.method]) for row in SERVICES]


def _endpoint(world: World, row: Service) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            body = b"{}" if row.method == "GET" else await read_body(request, LONGEST_MESSAGE)
            message = msgspec.json.decode(body, type=row.asks)
        except BodyRefused as fault:
            return _refused(world, row, fault.http, fault.expected, fault.actual)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            return _refused(world, row, 400, row.asks.__name__, str(fault))
        return await run_in_threadpool(_tell, world, row, message)

    return answer


def _tell(world: World, row: Service, message: Message) -> Response:
    try:
        told = row.tell(world, message)
    except Refusal as refusal:
        return _refused(world, row, refusal.http, refusal.expected, refusal.actual)
    except EventRefused as refusal:
        return _refused(world, row, 409, "what can be now", str(refusal))
    kind = None if told.kind is None else told.kind.value
    world.journal.write(Line(world.clock.now(), row.door, kind, told.serial, None, told.said, 200))
    return Response(msgspec.json.encode(told.answer), media_type="application/json")


def _refused(world: World, row: Service, http: int, expected: str, actual: str) -> Response:
    world.journal.write(Line(world.clock.now_or_last(), row.door, None, None, None, f"refused: {actual[:200]}", http))
    return complain(http, "message", f"{row.method} {row.path}", expected, actual)


def _holder(world: World, serial: int) -> str:
    """Return whose signature certificate a number is; Refusal when it is nobody's."""
    entry = world.jlis.look(world.clock.now(), lambda register, mark: register.entry_at(Kind.SIGN, serial, mark))
    if entry is None:
        raise _nobodys_signature()
    return entry.resident.id


def _nobodys_signature() -> Refusal:
    return Refusal(404, "a signature certificate that was issued", "none of that number")


def _linked(world: World, entry: Entry, mark: datetime) -> said.LinkedCertificate:
    revoked = entry.is_revoked_at(mark)
    return said.LinkedCertificate(
        kind=entry.kind,
        medium=entry.medium,
        serial=f"{entry.serial:x}",
        issuer_key_id=world.jlis.issuer_key_id(entry),
        issued=entry.issued,
        not_after=entry.not_after,
        revoked=entry.revoked if revoked else None,
        reason=entry.reason if revoked else None,
    )

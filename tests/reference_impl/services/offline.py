"""Offline uses for tests: a taxi with two terminals, cards by number, one of them revoked in the middle."""

from datetime import UTC, datetime, timedelta

import msgspec

from reference_impl.services.loading import load_policies
from reference_impl.services.offline.record import FIRST_LINK, Record, seal
from reference_impl.services.offline.standing import Found
from reference_impl.services.policy import Policy
from reference_impl.services.store.reconciliation import AnyRecord, Upload
from reference_impl.verification.verdict import Reason
from tests.reference_impl.services.policies import TAXI

POLICIES: dict[str, Policy] = {each.id: each for each in load_policies(TAXI, "taxi.yaml")}
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
RECEIVED = NOON + timedelta(days=5)
KEYS = {name: name.encode() * 8 for name in ("cab-1", "cab-2")}
REVOKED_AT = NOON + timedelta(hours=3)


def judge(record: AnyRecord) -> Found:
    """Card 2 was revoked at 15:00 in UTC+0's sixth hour, card 3 is a forgery; the rest are who they say."""
    assert isinstance(record, Record)
    if record.presentation == b"card-3":
        return Found(reason=Reason.CARD_NOT_GENUINE)
    revoked_at = REVOKED_AT if record.presentation == b"card-2" else None
    return Found(account=record.presentation.decode(), revoked_at=revoked_at)


def chain(terminal: str, cards: list[tuple[int, int]], sessions: dict[int, str] | None = None) -> list[Record]:
    """The records of a terminal, given card and hour of each."""
    made: list[Record] = []
    link = FIRST_LINK
    for number, (card, hour) in enumerate(cards, 1):
        taken = NOON + timedelta(hours=hour)
        session = (sessions or {}).get(number)
        record = Record(terminal, number, "taxi", "vehicle", taken, f"card-{card}".encode(), {}, session, link)
        made.append(seal(record, KEYS[terminal]))
        link = made[-1].seal
    return made


def rewritten(record: Record, card: int) -> Record:
    """Another record of the same number, by the terminal itself."""
    return seal(msgspec.structs.replace(record, presentation=f"card-{card}".encode()), KEYS[record.terminal])


def upload(records: list[Record], terminal: str | None = None, highest: int = 0) -> Upload:
    """What a terminal sends."""
    name = terminal or records[0].terminal
    return Upload(name, KEYS[name], records, RECEIVED, highest)

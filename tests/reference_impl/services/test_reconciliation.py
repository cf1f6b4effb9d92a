"""Records of terminals: none lost, none counted twice, in any order; what was found out late is reported."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reference_impl.services.charges import Use
from reference_impl.services.offline.record import Record, challenge_at, is_sealed, missing_numbers, seal
from reference_impl.services.offline.standing import COUNTING, Report, Standing
from reference_impl.services.store.ledger import Ledger
from reference_impl.services.store.reconciliation import Reconciliation, Upload
from reference_impl.services.store.tables import records, sums, uses
from reference_impl.store.database import Database
from reference_impl.verification.verdict import Reason
from tests.reference_impl.services.offline import KEYS, NOON, POLICIES, chain, judge, rewritten, upload

State = tuple[object, ...]


class Office:
    """A relying party's store, and what is in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = Ledger(database)
        self.reconciliation = Reconciliation(database)

    def take_in(self, *uploads: Upload) -> list[Standing | None]:
        """Takes uploads in; how each record stood when it came."""
        taken = [self.reconciliation.take_in(POLICIES, each, judge) for each in uploads]
        return [each.standing for each in itertools.chain(*taken)]

    def report(self) -> Report:
        """What staff see."""
        return self.reconciliation.report("taxi")

    def used(self, card: int, hour: int = 0) -> int:
        """The rides of a card's day."""
        use = Use("taxi", "-", f"card-{card}", NOON + timedelta(hours=hour))
        return self.ledger.amount(POLICIES["taxi"], "rides-a-day", use)

    def state(self) -> State:
        """Everything kept, but for when a sum was last touched, and the report made of it."""
        with self.database.transaction() as connection:
            kept = sorted(connection.execute(select(records)), key=tuple)
            counted = sorted(map(tuple, connection.execute(select(uses))))
            amounts = sorted(tuple(row)[:5] for row in connection.execute(select(sums)) if row.amount)
        return kept, counted, amounts, self.report()


@contextmanager
def an_office() -> Iterator[Office]:
    """An empty one."""
    database = Database()
    try:
        yield Office(database)
    finally:
        database.close()


@pytest.fixture
def office() -> Iterator[Office]:
    """An empty one for a test."""
    with an_office() as made:
        yield made


def test_record_counts_once_however_often_it_comes(office: Office) -> None:
    """The second upload is told that it was there, and moves nothing."""
    ride = chain("cab-1", [(1, 0)])
    assert office.take_in(upload(ride), upload(ride)) == [Standing.COUNTED, Standing.COUNTED]
    assert office.used(1) == 1
    (again,) = office.reconciliation.take_in(POLICIES, upload(ride), judge)
    assert again.is_repeated


def test_limit_does_not_undo_what_happened_and_is_reported(office: Office) -> None:
    """Three rides on two taxis that knew nothing of each other: all count, the last one is reported as over."""
    first, second = chain("cab-1", [(1, 0), (1, 2)]), chain("cab-2", [(1, 1)])
    assert office.take_in(upload(first), upload(second)) == [Standing.COUNTED] * 3
    assert office.used(1) == 3
    assert [(each.terminal, each.number) for each in office.report().over] == [("cab-1", 2)]
    refusal = office.ledger.book(POLICIES["taxi"], Use("taxi", "online", "card-1", NOON)).refusal
    assert refusal is not None
    assert refusal.reason is Reason.ENTITLEMENT


def test_rides_booked_online_are_part_of_the_limit(office: Office) -> None:
    """Two online, one offline: the offline one is over, though it alone would not be."""
    for number in range(2):
        assert office.ledger.book(POLICIES["taxi"], Use("taxi", f"online-{number}", "card-1", NOON)).refusal is None
    office.take_in(upload(chain("cab-1", [(1, 1)])))
    assert [each.number for each in office.report().over] == [1]


def test_old_records_are_forgotten_with_their_uses(office: Office) -> None:
    """Two years on nothing is left of a ride; one that comes again then is late, and does not count."""
    rides = upload(chain("cab-1", [(1, 0)]))
    office.take_in(rides)
    office.ledger.forget_old(POLICIES["taxi"], NOON + timedelta(days=733))
    assert office.state()[:3] == ([], [], [])
    assert office.take_in(msgspec.structs.replace(rides, received=NOON + timedelta(days=734))) == [Standing.LATE]


def test_revocation_found_late_is_reported_and_the_ride_counts(office: Office) -> None:
    """Card 2 was revoked at the third hour: the ride before it is clean, the one at it is not."""
    rides = chain("cab-1", [(2, 2), (2, 3)])
    assert office.take_in(upload(rides)) == [Standing.COUNTED, Standing.REVOKED_BEFORE]
    assert office.used(2) == 2
    assert [each.number for each in office.report().revoked_before] == [2]


def test_forged_card_is_kept_and_not_counted(office: Office) -> None:
    """What proves nothing counts for nobody, and staff see it."""
    assert office.take_in(upload(chain("cab-1", [(3, 0)]))) == [Standing.REFUSED]
    assert [each.standing for each in office.report().uncounted] == [Standing.REFUSED]
    assert office.report().counted == 0


@pytest.mark.parametrize(("days", "standing"), [(31, Standing.COUNTED), (32, Standing.LATE), (-1, Standing.LATE)])
def test_record_that_comes_too_late_is_kept_and_not_counted(office: Office, days: int, standing: Standing) -> None:
    """31 days to the second is in time; a record taken after it came is not believed either."""
    sent = upload(chain("cab-1", [(1, 0)]))
    assert office.take_in(msgspec.structs.replace(sent, received=NOON + timedelta(days=days))) == [standing]
    assert office.used(1) == (standing in COUNTING)


def test_changed_record_is_nobodys(office: Office) -> None:
    """Each field is under the seal, and the seal is the terminal's own."""
    (ride,) = chain("cab-1", [(1, 0)])
    changes: dict[str, object] = {
        "number": 2,
        "service": "bus",
        "place": "online",
        "taken": NOON - timedelta(seconds=1),
        "presentation": b"card-4",
        "amounts": {"yen": 5},
        "session": "s",
        "link": bytes([1]) * 32,
        "seal": bytes(32),
    }
    assert {*changes, "terminal"} == set(Record.__struct_fields__)
    for name, value in changes.items():
        assert not is_sealed(msgspec.structs.replace(ride, **{name: value}), KEYS["cab-1"]), name
    other = msgspec.structs.replace(ride, terminal="cab-2")
    wrong = [other, seal(ride, KEYS["cab-2"]), seal(other, KEYS["cab-1"])]
    assert office.take_in(upload(wrong, "cab-1")) == [None, None, None]
    assert office.state()[:3] == ([], [], [])


def test_service_without_offline_records_takes_none(office: Office) -> None:
    """A terminal cannot open what the policy did not."""
    (ride,) = chain("cab-1", [(1, 0)])
    bus = seal(msgspec.structs.replace(ride, service="bus"), KEYS["cab-1"])
    assert office.take_in(upload([bus])) == [None]


def test_two_records_of_one_number_count_neither_and_both_are_kept(office: Office) -> None:
    """A terminal that contradicts itself is not believed; what the first had taken is given back."""
    (ride,) = chain("cab-1", [(1, 0)])
    assert office.take_in(upload([ride])) == [Standing.COUNTED]
    assert office.take_in(upload([rewritten(ride, 4)])) == [Standing.EQUIVOCAL]
    assert (office.used(1), office.used(4)) == (0, 0)
    assert [each.standing for each in office.report().uncounted] == [Standing.EQUIVOCAL] * 2
    assert office.take_in(upload([ride])) == [Standing.EQUIVOCAL]


def test_two_records_of_one_session_count_neither(office: Office) -> None:
    """An attempt can have been lost once: the terminal that names it twice is not believed, in either order."""
    rides = chain("cab-1", [(1, 0), (4, 0)], {1: "s", 2: "s"})
    assert office.take_in(upload([rides[1]]), upload([rides[0]])) == [Standing.COUNTED, Standing.EQUIVOCAL]
    assert (office.used(1), office.used(4)) == (0, 0)


def test_attempt_without_answer_that_counted_after_all_counts_once(office: Office) -> None:
    """The answer to a session was lost, the terminal recorded the ride: whichever comes first, it is one ride."""
    rides = chain("cab-1", [(1, 0), (4, 0)], {1: "session-1", 2: "session-2"})
    assert office.ledger.book(POLICIES["taxi"], Use("taxi", "session-1", "card-1", NOON)).refusal is None
    assert office.take_in(upload(rides)) == [Standing.COUNTED_ONLINE, Standing.COUNTED]
    assert office.ledger.book(POLICIES["taxi"], Use("taxi", "session-2", "card-4", NOON)).is_repeated
    assert (office.used(1), office.used(4)) == (1, 1)


def test_missing_records_are_named(office: Office) -> None:
    """A gap, and a tail that the terminal says it has made: what came and what did not."""
    rides = chain("cab-1", [(1, 0), (4, 0), (5, 0)])
    office.take_in(upload([rides[1]], highest=3))
    assert office.report().missing == {"cab-1": [1, 3]}
    office.take_in(upload([rides[2]]), upload([rides[0]]))
    assert office.report().missing == {}
    assert missing_numbers({1, 2, 5}) == [3, 4]


def test_challenges_of_a_lot_are_all_different() -> None:
    """Each record has a challenge of its own, which only who drew the lot could have known."""
    lot, other = bytes(32), bytes([1]) * 32
    made = [challenge_at(seed, number) for seed in (lot, other) for number in range(1, 1001)]
    assert len(set(made)) == 2000
    assert {len(each) for each in made} == {32}


RIDES = st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 30)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.data(), RIDES, RIDES, st.sets(st.sampled_from(["torn", "lost", "doubled"])))
def test_any_order_and_any_repetition_end_in_the_same_state(
    data: st.DataObject, one: list[tuple[int, int]], two: list[tuple[int, int]], faults: set[str]
) -> None:
    """Uploads torn, mixed and repeated at will, with a terminal that contradicts itself and an answer that was lost."""
    sessions = dict.fromkeys([1, 2] if "doubled" in faults else [1] if "lost" in faults else [], "session-1")
    made = chain("cab-1", one, sessions) + chain("cab-2", two)
    if "torn" in faults:
        made.append(rewritten(made[0], 4))
    order = data.draw(st.permutations(made))
    repeated = data.draw(st.lists(st.sampled_from(made), max_size=8))
    shuffled = data.draw(st.permutations([*order, *repeated]))
    with an_office() as straight, an_office() as crooked:
        for office in (straight, crooked):
            if "lost" in faults:
                office.ledger.book(POLICIES["taxi"], Use("taxi", "session-1", f"card-{one[0][0]}", NOON))
        straight.take_in(*(upload([each]) for each in made))
        while shuffled:
            size = data.draw(st.integers(1, 4))
            part, shuffled = shuffled[:size], shuffled[size:]
            for terminal in KEYS:
                records_of = [each for each in part if each.terminal == terminal]
                if records_of:
                    crooked.take_in(upload(records_of))
        assert crooked.state() == straight.state()
        assert straight.report() == crooked.report()
        _agrees_with_arithmetic(straight, made)


def _agrees_with_arithmetic(office: Office, made: list[Record]) -> None:
    """Every record is kept, and those count that nothing speaks against: told from the records alone."""
    kept = office.state()[0]
    assert isinstance(kept, list)
    distinct = list({each.seal: each for each in made}.values())
    assert len(kept) == len(distinct)
    numbers = Counter((each.terminal, each.number) for each in distinct)
    keys = Counter((each.terminal, each.key) for each in distinct)
    undisputed = [
        each for each in distinct if numbers[each.terminal, each.number] == 1 and keys[each.terminal, each.key] == 1
    ]
    standing = Counter(row.standing for row in kept)
    assert standing[Standing.EQUIVOCAL] == len(distinct) - len(undisputed)
    assert standing[Standing.REFUSED] == sum(each.presentation == b"card-3" for each in undisputed)
    counting = len(undisputed) - standing[Standing.REFUSED]
    assert office.report().counted == counting - standing[Standing.COUNTED_ONLINE]
    assert standing[Standing.COUNTED_ONLINE] <= sum(each.session is not None for each in undisputed)

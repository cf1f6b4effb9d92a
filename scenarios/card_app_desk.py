"""A municipality's service that knows its users by an application on the card (条例利用領域): no certificate, no J-LIS.

The commands and files are INVENTED (docs/free-area.md): what is told here is what follows from the documented idea, a
number, a last day and, where rides are counted, a counter that lie on the card and know nothing of certificates.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date

from cardsim.applications.free_area import EXPIRY, OWN_PIN, USER_ID
from cardsim.applications.generic import COUNT_CARD_AID, COUNTER, USER_CARD_AID, decrease_command, select_command
from cardsim.faults import CardLost, CardTorn
from cardsim.slot import Tear
from harness.card_apps import AppKind, AppWanted, delete, load
from harness.terminal.card_reader import DONE, Connection
from scenarios.cards import Untellable
from scenarios.clock import StoryClock
from scenarios.desk_answer import DeskAnswer, Why
from scenarios.page import Archetype
from scenarios.person import pulled_out, pulling
from scenarios.resident import Resident
from scenarios.story import NOTHING, Words
from scenarios.telling import Telling

PIN = "4321"
"""What holders choose for an application that has one."""
RIDE = 1
_VALUE, _MARK = slice(0, 4), slice(12, 28)
"""Of a counter's record: value, changes and limit of 4 bytes each, then the mark of 16 (docs/free-area.md)."""
_NO_TRIES, _TOO_FEW = {0x6984, 0x63C0}, 0x6985


class CardAppDesk:
    """One service: its counter, which loads the application, and its gates, which read it."""

    def __init__(self, telling: Telling, clock: StoryClock, kind: AppKind) -> None:
        self._telling, self._clock, self._kind = telling, clock, kind
        self._archetype = Archetype(kind.value)
        self._aid = COUNT_CARD_AID if kind is AppKind.CARD_APP_COUNT else USER_CARD_AID
        self._users: set[bytes] = set()
        self._paid = 0

    def loads_its_application(
        self, resident: Resident, *, until: date, rides: int = 0, guarded_by_a_pin: bool = False
    ) -> None:
        """Load the application at the counter, with a user number of its own."""
        user = f"{1000 + len(self._users)}"
        pin = Words(", guarded by a PIN", "（暗証番号付き）") if guarded_by_a_pin else NOTHING
        words = Words(f"the town loads its application, good until {until}", f"町がカードAPを書き込む（{until}まで）")
        wanted = AppWanted(self._kind, user, until, pin=PIN if guarded_by_a_pin else "", count=rides)
        self._at_the_counter(resident, words + pin, lambda send: load(resident.issued.profile, send, wanted))
        self._users.add(user.encode())

    def deletes_its_application(self, resident: Resident) -> None:
        """Delete the application at the counter, with everything it held."""
        words = Words("the town deletes its application", "町がカードAPを消去する")
        self._at_the_counter(resident, words, lambda send: delete(resident.issued.profile, send, self._aid))

    def serves(self, resident: Resident, *, pin: str | None = None) -> DeskAnswer:
        """Read number and last day, and serve whom it knows."""
        self._telling.settle()
        self._telling.say(Words("the town's gate reads the application", "町のゲートがカードAPを読む"))
        with resident.card.in_reader() as connection:
            why = self._why_not(connection, pin)
        return DeskAnswer(self._telling, self._archetype, why)

    def takes_a_ride_of(
        self, resident: Resident, *, pin: str | None = None, pulled: Tear | None = None, mark: int | None = None
    ) -> DeskAnswer:
        """Read, then take one ride off the card; `pulled` is when in that last command the card is pulled out.

        `mark` names the ride: by default it is a new one. A gate that never heard the answer asks with the same mark
        again, and finds it on the card if it was paid.
        """
        self._telling.settle()
        self._paid += mark is None
        name = (self._paid if mark is None else mark).to_bytes(16, "big")
        self._telling.say(Words("the gate takes a ride off the card", "ゲートが1回分を引き落とす") + pulling(pulled))
        try:
            why = self._ride(resident, name, pin, pulled)
        except (CardTorn, CardLost):
            why = Why.CARD_GONE
        except Untellable as limit:
            self._telling.skip(str(limit))
        return DeskAnswer(self._telling, self._archetype, why)

    def last_ride(self) -> int:
        """Return the mark of the last ride that was asked for."""
        return self._paid

    def finds_rides_left(self, resident: Resident, rides: int, *, pin: str | None = None) -> None:
        """The counter on the card says so many."""
        self._telling.settle()
        with resident.card.in_reader() as connection:
            file = _File(connection)
            file.select(self._aid)
            if pin is not None:
                file.verify(pin)
            record = file.read(COUNTER)
        actual = int.from_bytes(record[_VALUE], "big")
        self._telling.say(Words(f"  rides left on the card: {actual}", f"  カードの残り回数: {actual}"))
        if actual != rides:
            en = f"expected rides left: {rides}, actual {actual}"
            self._telling.break_off(Words(en, f"残り回数 期待: {rides}、実際: {actual}"))

    def _ride(self, resident: Resident, name: bytes, pin: str | None, pulled: Tear | None) -> Why | None:
        with resident.card.in_reader() as connection:
            why = self._why_not(connection, pin)
            if why is not None:
                return why
            if _File(connection).read(COUNTER)[_MARK] == name:
                return None  # paid already: only the answer got lost
        out = 2 + (pin is not None)
        with ExitStack() as held:
            card = held.enter_context(resident.card.in_reader(pulled_out(out, pulled)))
            file = _File(card)
            file.select(self._aid)
            if pin is not None:
                file.verify(pin)
            status = file.send(decrease_command(COUNTER, RIDE, name))[1]
        return None if status == DONE else Why.USED_UP if status == _TOO_FEW else Why.LOCKED

    def _why_not(self, connection: Connection, pin: str | None) -> Why | None:
        file = _File(connection)
        if file.select(self._aid) != DONE:
            return Why.NO_APPLICATION
        if pin is not None and (status := file.verify(pin)) != DONE:
            return Why.LOCKED if status in _NO_TRIES else Why.WRONG_PIN
        if file.read(USER_ID) not in self._users:
            return Why.ANOTHER_USER
        last = date.fromisoformat(file.read(EXPIRY).decode("ascii"))
        return Why.OUT_OF_DATE if self._clock.today().date() > last else None

    def _at_the_counter(
        self, resident: Resident, words: Words, deed: Callable[[Callable[[bytes], bytes]], None]
    ) -> None:
        self._telling.settle()
        self._telling.say(words)
        with resident.card.in_reader() as connection:
            deed(_File(connection).transmit)


class _File:
    """A card's application, its files by number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def transmit(self, raw: bytes) -> bytes:
        """Return the answer with its status word."""
        data, sw1, sw2 = self._connection.transmit(list(raw))
        return bytes([*data, sw1, sw2])

    def send(self, raw: bytes) -> tuple[bytes, int]:
        """Return the answer and its status word apart."""
        answer = self.transmit(raw)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def select(self, aid: bytes) -> int:
        """Return the status word to a SELECT."""
        return self.send(select_command(aid))[1]

    def verify(self, pin: str) -> int:
        """Return the status word to a VERIFY of the application's PIN."""
        return self.send(bytes([0x00, 0x20, 0x00, 0x80 | OWN_PIN, len(pin)]) + pin.encode("ascii"))[1]

    def read(self, fid: int) -> bytes:
        """Return a file of the application that is selected."""
        return self.send(bytes([0x00, 0xB0, 0x80 | fid, 0x00, 0x00]))[0]

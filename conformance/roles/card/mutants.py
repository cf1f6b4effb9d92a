"""Cards with one thing wrong: adversaries of `cardsim.adversarial`, and the emulator with a rule of its code off."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from cardsim import adversarial
from cardsim.adversarial import WrongLength
from cardsim.profile import Profile
from cardsim.readers.inprocess import InProcessConnection
from conformance.roles.card.case import Adversary, CardMutant
from conformance.roles.card.facts import CardFacts
from conformance.roles.card.target import IN_PROCESS, EmulatedCards, synthetic_card
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.rule_off import process_of
from harness.keys import KeyPool

SEED = 7
HEARD = bytes(255) + b"\x01"


def load_card_mutants() -> list[CardMutant]:
    """Return every mutant of the role, by id."""
    return load_role_mutants("card", CardMutant)


def adversary(kind: Adversary, genuine: Profile, keys: KeyPool) -> Profile:
    """Return the card that somebody made of a genuine one."""
    match kind:
        case Adversary.TRIES_STAY:
            return adversarial.tries_that_stay(genuine)
        case Adversary.REPLAYING:
            return adversarial.replaying(genuine, HEARD)
        case Adversary.CLONED:
            return adversarial.cloned(genuine, synthetic_card(keys, seed=SEED, before=1)[0])
        case Adversary.MISMATCHED:
            return adversarial.mismatched(genuine, keys.named("hostile-chip"))
        case Adversary.WRONG_CHECK_BYTE:
            return msgspec.structs.replace(genuine, atr=genuine.atr[:-1] + bytes([genuine.atr[-1] ^ 1]))
    return adversarial.with_wrong_length(genuine, LENGTHS[kind])


LENGTHS = {
    Adversary.CERTIFICATE_CUT: WrongLength.CERTIFICATE_CUT,
    Adversary.CERTIFICATE_ONE_MORE: WrongLength.CERTIFICATE_ONE_MORE,
    Adversary.RECORD_BEYOND_FILE: WrongLength.RECORD_BEYOND_FILE,
}


class RemoteConnection:
    """A connection to a card in another process, in the shape of pyscard's."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Give the card power."""
        del protocol, mode
        self._asked("connect", disposition)

    def disconnect(self) -> None:
        """Leave the card as the disposition says."""
        self._asked("disconnect", None)

    def transmit(self, command: list[int], /) -> tuple[list[int], int, int]:
        """Return data, SW1, SW2."""
        answer = self._asked("transmit", command)
        return answer[0], answer[1], answer[2]

    def getATR(self) -> list[int]:  # noqa: N802  (pyscard's name)
        """Return the answer to reset."""
        return list(self._asked("atr", None))

    def _asked(self, what: str, value: object) -> Any:
        self._line.send((what, value))
        return self._line.recv()


class RemoteCards:
    """Fresh cards in another process."""

    reader = IN_PROCESS
    is_fresh = True

    def __init__(self, line: Connection) -> None:
        self._line = line

    def renew(self) -> None:
        """Put a card in that nobody used."""
        self._line.send(("renew", None))
        self._line.recv()

    def line(self) -> RemoteConnection:
        """Return a connection."""
        return RemoteConnection(self._line)


@contextmanager
def edited(mutant: CardMutant, keys: Path) -> Iterator[tuple[RemoteCards, CardFacts]]:
    """Yield fresh cards of an emulator with the mutant's edits, in a process of its own, and their secrets."""
    with process_of(mutant, serve, str(keys.absolute()), loads=__name__) as line:
        facts = line.recv()
        yield RemoteCards(line), facts


def serve(mutant: RoleMutant, line: Connection, words: tuple[str, ...]) -> None:
    """Serve cards until the line is closed."""
    del mutant
    profile, facts = synthetic_card(KeyPool(Path(words[0])), seed=SEED)
    cards = EmulatedCards(profile)
    line.send(facts)
    connection = cards.line()
    with suppress(EOFError):
        while True:
            what, value = line.recv()
            if what == "connect":
                connection = cards.line()
            line.send(_answer(cards, connection, what, value))


def _answer(cards: EmulatedCards, connection: InProcessConnection, what: str, value: object) -> object:
    match what:
        case "renew":
            cards.renew()
        case "connect":
            connection.connect(disposition=value if isinstance(value, int) else None)
        case "disconnect":
            connection.disconnect()
        case "atr":
            return connection.getATR()
        case _:
            return connection.transmit(list(value) if isinstance(value, list) else [])
    return None

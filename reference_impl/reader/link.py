"""One exchange after another with one card: bounded in number and time, and over for good once an answer is lost.

    61xx   the rest is fetched by GET RESPONSE, as long as each answer brings something (ISO/IEC 7816-4:2013 §5.3.4)
    6Cxx   the same command once more with the Le that the card names, if the command may be sent twice

What changes something in the card (`Risk`) is sent once, whatever comes back: VERIFY above all. GET RESPONSE sends
nothing again, it fetches what the one command brought.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from reference_impl.reader.connection import Answer, Connection, read_answer
from reference_impl.reader.faults import AnswerUnreadable, CardEndless, CardRefused
from reference_impl.reader.losses import read_loss
from reference_impl.reader.lost import CardTooSlow, LinkClosed, Risk
from reference_impl.reader.status_words import StatusWord
from reference_impl.reader.timed import TookTooLong, within
from reference_impl.reader.words import Words

MOST_EXCHANGES: Final = 400
"""For what is done in one application: the longest file (15-bit offsets) takes 128 READ BINARY, two of them 256."""
_MORE: Final = 0x61
_WRONG_LE: Final = 0x6C


class Command(msgspec.Struct, frozen=True):
    """A command, what it is for, and what it may do in the card. Its octets may hold a PIN: they are never shown."""

    octets: bytes
    doing: Words
    risk: Risk = Risk.NONE

    def __repr__(self) -> str:
        return f"Command({self.doing.en})"


class Step(msgspec.Struct, frozen=True):
    """What is about to be sent: told before each exchange, for a bar or a line on a screen."""

    number: int
    """Since the client was made."""
    doing: Words
    octets: int
    """Read so far of the file that is being read; 0 else."""
    of: int
    """How many there are; 0 where that is unknown."""


Progress = Callable[[Step], None]


class Link:
    """The exchanges with the card behind a connection."""

    def __init__(
        self, connection: Connection, *, time_limit: float | None = None, progress: Progress | None = None
    ) -> None:
        self._connection = connection
        self._time_limit = time_limit
        self._progress = progress
        self._number = 0
        self._left = MOST_EXCHANGES
        self._closed = False

    @property
    def reader(self) -> str:
        """The reader's name."""
        return str(self._connection.getReader())

    def renew(self, connection: Connection | None = None) -> None:
        """The card is back: on the same connection, connected again, or on another."""
        self._connection = connection or self._connection
        self._closed = False

    def allow(self) -> None:
        """Another piece of work begins: it may take as many exchanges as any."""
        self._left = MOST_EXCHANGES

    def must(self, command: Command, *, octets: int = 0, of: int = 0) -> bytes:
        """The data of an answer that ended with 9000; `CardRefused` for another."""
        answer = self.send(command, octets=octets, of=of)
        if answer.sw != StatusWord.OK:
            raise CardRefused(command.doing, answer.sw)
        return answer.data

    def send(self, command: Command, *, octets: int = 0, of: int = 0) -> Answer:
        """The card's answer, whole: no 61xx, no 6Cxx."""
        answer = self._exchange(command, octets, of)
        if answer.sw >> 8 == _WRONG_LE and command.risk is Risk.NONE:
            again = Command(_with_le(command.octets, answer.sw & 0xFF), command.doing)
            answer = self._exchange(again, octets, of)
            if answer.sw >> 8 == _WRONG_LE:
                raise CardRefused(command.doing, answer.sw)
        data = answer.data
        while answer.sw >> 8 == _MORE:
            rest = Command(bytes([0x00, 0xC0, 0x00, 0x00, answer.sw & 0xFF]), command.doing, command.risk)
            answer = self._exchange(rest, octets, of)
            if answer.sw >> 8 == _MORE and not answer.data:
                raise AnswerUnreadable(command.doing, "GET RESPONSE that brings something", "61xx without data")
            data += answer.data
        return Answer(data, answer.sw)

    def _exchange(self, command: Command, octets: int, of: int) -> Answer:
        if self._closed:
            raise LinkClosed(command.doing, Risk.NONE)
        if self._left == 0:
            raise CardEndless(command.doing, MOST_EXCHANGES)
        self._left -= 1
        self._number += 1
        if self._progress is not None:
            self._progress(Step(self._number, command.doing, octets, of))
        connection, apdu = self._connection, list(command.octets)
        self._closed = True  # until the answer is here, whatever ends this meanwhile
        try:
            raw = within(self._time_limit, lambda: connection.transmit(apdu))
        except TookTooLong:
            raise CardTooSlow(command.doing, command.risk) from None
        except Exception as fault:  # the connection is somebody else's: whatever it raises, there is no answer
            raise read_loss(fault)(command.doing, command.risk) from fault
        answer = read_answer(raw)
        if answer is None:
            raise AnswerUnreadable(command.doing, "data, SW1 and SW2", f"another shape ({type(raw).__name__})")
        self._closed = False
        return answer


def _with_le(octets: bytes, le: int) -> bytes:
    """The command with another Le: behind the header (cases 1 and 2), or behind Lc and data (3 and 4)."""
    if len(octets) <= 5:
        return octets[:4] + bytes([le])
    return octets[: 5 + octets[4]] + bytes([le])

"""What PC/SC answers to a list of calls, one JSON object a line: run behind pcscd and behind its substitute.

python -m tests.real_clients.pcsc_probe SLOT EMPTY_SLOT
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator

from smartcard import scard

SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
SELECT_PIN = list(bytes.fromhex("00A4020C020018"))
VERIFY = list(bytes.fromhex("002000800431323334"))
PIN_STATE = list(bytes.fromhex("00200080"))
READ_EXTENDED = list(bytes.fromhex("00B08A00000000"))
T1 = scard.SCARD_PCI_T1
EITHER = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
FLAGS = 0xFFFF
"""The upper half counts events since the reader was made, which two lanes have not in common."""

Fact = tuple[str, object]


def main() -> None:
    """Ask, and write down."""
    slot, empty = sys.argv[1:]
    for name, value in facts(slot, empty):
        sys.stdout.write(json.dumps([name, value]) + "\n")


def facts(slot: str, empty: str) -> Iterator[Fact]:
    """Every fact by its name, in the order of asking."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    yield "establish", word(code)
    yield "readers", [slot in scard.SCardListReaders(context, [])[1], empty in scard.SCardListReaders(context, [])[1]]
    yield "groups", scard.SCardListReaderGroups(context)[1]
    yield from waiting(context, slot, empty)
    yield from connecting(context, slot, empty)
    yield from sharing(context, slot)
    yield from disposing(context, slot)
    yield from asking(context, slot)
    yield "release", word(scard.SCardReleaseContext(context))
    yield "release again", word(scard.SCardReleaseContext(context))
    yield "list after release", word(scard.SCardListReaders(context, [])[0])


def waiting(context: int, slot: str, empty: str) -> Iterator[Fact]:
    """SCardGetStatusChange and SCardCancel."""
    asked = [(slot, scard.SCARD_STATE_UNAWARE), (empty, scard.SCARD_STATE_UNAWARE)]
    code, states = scard.SCardGetStatusChange(context, 0, asked)
    yield "states at first", [word(code), [[state & FLAGS, bytes(atr).hex()] for _, state, atr in states]]
    known = [(name, state & ~scard.SCARD_STATE_CHANGED) for name, state, _ in states]
    code, states = scard.SCardGetStatusChange(context, 20, known)
    yield "states unchanged", [word(code), [state & FLAGS for _, state, _ in states]]
    code, states = scard.SCardGetStatusChange(context, 20, [(slot, scard.SCARD_STATE_EMPTY)])
    yield "state other than known", [word(code), states[0][1] & FLAGS]
    code, states = scard.SCardGetStatusChange(context, 20, [("Nobody's", scard.SCARD_STATE_UNAWARE)])
    yield "state of a reader unknown", word(code)
    canceller = threading.Timer(1.0, scard.SCardCancel, [context])  # a wait that had not begun would not be cancelled
    canceller.start()
    yield "cancelled", word(scard.SCardGetStatusChange(context, 5000, known)[0])
    canceller.join()


def connecting(context: int, slot: str, empty: str) -> Iterator[Fact]:
    """SCardConnect, SCardStatus and SCardDisconnect."""
    for name, reader, share, protocols in (
        ("empty slot", empty, scard.SCARD_SHARE_SHARED, EITHER),
        ("unknown reader", "Nobody's", scard.SCARD_SHARE_SHARED, EITHER),
        ("T=0 only", slot, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0),
        ("share of 9", slot, 9, EITHER),
    ):
        yield f"connect: {name}", word(scard.SCardConnect(context, reader, share, protocols)[0])
    code, card, protocol = scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)
    yield "connect", [word(code), protocol]
    code, name, state, protocol, atr = scard.SCardStatus(card)
    yield "status", [word(code), name == slot, state & FLAGS, protocol, bytes(atr).hex()]
    code, states = scard.SCardGetStatusChange(context, 0, [(slot, scard.SCARD_STATE_UNAWARE)])
    yield "state in use", states[0][1] & FLAGS
    yield "select", answer(card, SELECT)
    yield "disconnect", word(scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
    yield "disconnect again", word(scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
    yield "transmit after disconnect", answer(card, SELECT)


def sharing(context: int, slot: str) -> Iterator[Fact]:
    """Two connections: exclusive use, transactions, and a reset that the other one learns of."""
    first, second = (scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)[1] for _ in range(2))
    exclusive = scard.SCardConnect(context, slot, scard.SCARD_SHARE_EXCLUSIVE, EITHER)
    yield "exclusive beside shared", word(exclusive[0])
    for name, call in (
        ("transmit", lambda: answer(second, SELECT)),
        ("status", lambda: word(scard.SCardStatus(second)[0])),
        ("begin and end", lambda: [word(code) for code in (scard.SCardBeginTransaction(second), end(second))]),
        ("end", lambda: word(end(second))),
    ):
        yield f"{name} while another has a transaction", waited(first, call)
    yield "begin", word(scard.SCardBeginTransaction(first))
    yield "begin within", word(scard.SCardBeginTransaction(first))
    yield "transmit within", answer(first, SELECT)
    yield "end within", word(end(first))
    yield "end", word(end(first))
    yield "end again", word(end(first))
    code, protocol = scard.SCardReconnect(first, scard.SCARD_SHARE_SHARED, EITHER, scard.SCARD_RESET_CARD)
    yield "reconnect with reset", [word(code), protocol]
    yield "transmit after another's reset", answer(second, SELECT)
    yield "status after another's reset", word(scard.SCardStatus(second)[0])
    yield "begin after another's reset", word(scard.SCardBeginTransaction(second))
    code, protocol = scard.SCardReconnect(second, scard.SCARD_SHARE_SHARED, EITHER, scard.SCARD_LEAVE_CARD)
    yield "reconnect", [word(code), protocol]
    yield "transmit again", answer(second, SELECT)
    for card in (first, second):
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    code, alone, _ = scard.SCardConnect(context, slot, scard.SCARD_SHARE_EXCLUSIVE, EITHER)
    yield "exclusive", word(code)
    yield "shared beside exclusive", word(scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)[0])
    _, states = scard.SCardGetStatusChange(context, 0, [(slot, scard.SCARD_STATE_UNAWARE)])
    yield "state exclusive", states[0][1] & FLAGS
    scard.SCardDisconnect(alone, scard.SCARD_LEAVE_CARD)


def disposing(context: int, slot: str) -> Iterator[Fact]:
    """What becomes of a verified PIN: it stays when the card is left, and is lost with a reset or the power."""
    for disposition in (scard.SCARD_LEAVE_CARD, scard.SCARD_RESET_CARD, scard.SCARD_UNPOWER_CARD):
        _, card, _ = scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)
        for command in (SELECT, SELECT_PIN, VERIFY):
            answer(card, command)
        scard.SCardDisconnect(card, disposition)
        _, card, _ = scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)
        yield f"key selected after disposition {disposition}", answer(card, PIN_STATE)
        scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)


def asking(context: int, slot: str) -> Iterator[Fact]:
    """Long answers, attributes, control codes."""
    _, card, _ = scard.SCardConnect(context, slot, scard.SCARD_SHARE_SHARED, EITHER)
    answer(card, SELECT)
    yield "extended answer", answer(card, READ_EXTENDED)
    yield "a long command", answer(card, [0] * 4096)
    for name, number in (("ATR", scard.SCARD_ATTR_ATR_STRING), ("clock", scard.SCARD_ATTR_MAX_CLK)):
        yield f"attribute: {name}", word(scard.SCardGetAttrib(card, number)[0])
    yield "features", word(scard.SCardControl(card, scard.SCARD_CTL_CODE(3400), [])[0])
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)


def end(card: int) -> int:
    """The result of SCardEndTransaction, which leaves the card as it is."""
    return int(scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD))


def waited(holder: int, call: Callable[[], object]) -> list[object]:
    """Whether a call waits for the end of a transaction that another connection has, and what it returns."""
    scard.SCardBeginTransaction(holder)
    ends = threading.Event()

    def end_it() -> None:
        ends.set()
        end(holder)

    ending = threading.Timer(0.4, end_it)
    ending.start()
    returned = call()
    waited_for_it = ends.is_set()
    ending.join()
    return [waited_for_it, returned]


def answer(card: int, command: list[int]) -> list[str]:
    """The result of SCardTransmit, and the answer as hex."""
    code, received = scard.SCardTransmit(card, T1, command)
    return [word(code), bytes(byte & 0xFF for byte in received or []).hex()]


def word(code: int) -> str:
    """A result as it is written."""
    return f"{code & 0xFFFFFFFF:08X}"


if __name__ == "__main__":
    main()

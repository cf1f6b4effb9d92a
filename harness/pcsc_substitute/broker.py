"""The process that answers the substitute library: `python -m harness.pcsc_substitute.broker SOCKET READER...`.

It prints one line: a port of the loopback for every slot of every reader, where `cardsim.readers.vpcd` puts a card
in. It ends on SIGTERM, or with the process that started it, however that went (prctl(2), PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from harness.pcsc_substitute.sharing import Context, Refused, Sharing
from harness.pcsc_substitute.slots import listen_for_cards
from harness.pcsc_substitute.wire import Question, WireBroken, build_answer, receive_frame
from harness.pcsc_substitute.words import LABEL, SLOTS, Operation, Result, slot_name

_PR_SET_PDEATHSIG = 1
_GROUP = b"SCard$DefaultReaders\0\0"


class Client:
    """One line of the library: at most one context, whose end takes everything back."""

    def __init__(self, sharing: Sharing, line: socket.socket) -> None:
        self._sharing = sharing
        self._line = line
        self._number: int | None = None
        self._context = Context()
        self._operations: dict[int, Callable[[Question], bytes]] = {
            Operation.ESTABLISH: self._establish,
            Operation.CONNECT: self._connect,
            Operation.RECONNECT: self._reconnect,
            Operation.DISCONNECT: self._disconnect,
            Operation.BEGIN: self._begin,
            Operation.END: self._end,
            Operation.STATUS: self._status,
            Operation.STATUS_CHANGE: self._status_change,
            Operation.TRANSMIT: self._transmit,
            Operation.READERS: self._readers,
            Operation.GROUPS: lambda _: build_answer(Result.SUCCESS, _GROUP),
            Operation.CANCEL: self._cancel,
            Operation.ATTRIBUTE: self._attribute,
            Operation.CONTROL: self._control,
            Operation.RELEASE: self._release,
        }

    def serve(self) -> None:
        """Answer until the line is closed."""
        try:
            with self._line:
                while (frame := receive_frame(self._line)) is not None:
                    self._line.sendall(self._answer(Question(frame)))
        except OSError:  # the program is gone
            pass
        except WireBroken as fault:
            sys.stderr.write(f"{LABEL}: closed a line: {fault}\n")
        finally:
            self._take_back()

    def _answer(self, question: Question) -> bytes:
        if question.operation not in self._operations:
            raise WireBroken(f"operation {question.operation}")
        try:
            answer = self._operations[question.operation](question)
        except Refused as refusal:
            return build_answer(refusal.result)
        question.end()
        return answer

    def _take_back(self) -> None:
        if self._number is not None:
            self._sharing.release(self._number)
            self._number = None

    def _establish(self, _: Question) -> bytes:
        self._take_back()
        self._number, self._context = self._sharing.establish()
        return build_answer(Result.SUCCESS, self._number)

    def _release(self, _: Question) -> bytes:
        self._take_back()
        return build_answer(Result.SUCCESS)

    def _connect(self, question: Question) -> bytes:
        number, protocol = self._sharing.connect(self._context, question.text(), question.number(), question.number())
        return build_answer(Result.SUCCESS, number, protocol)

    def _reconnect(self, question: Question) -> bytes:
        connection = self._sharing.connection(self._context, question.number())
        protocol = self._sharing.reconnect(connection, question.number(), question.number(), question.number())
        return build_answer(Result.SUCCESS, protocol)

    def _disconnect(self, question: Question) -> bytes:
        self._sharing.disconnect(self._context, question.number(), question.number())
        return build_answer(Result.SUCCESS)

    def _begin(self, question: Question) -> bytes:
        connection = self._sharing.connection(self._context, question.number())
        question.number()  # a disposition has no meaning here; the library's short questions all have one
        self._sharing.begin(connection)
        return build_answer(Result.SUCCESS)

    def _end(self, question: Question) -> bytes:
        self._sharing.end(self._sharing.connection(self._context, question.number()), question.number())
        return build_answer(Result.SUCCESS)

    def _status(self, question: Question) -> bytes:
        return build_answer(
            Result.SUCCESS, *self._sharing.status(self._sharing.connection(self._context, question.number()))
        )

    def _status_change(self, question: Question) -> bytes:
        milliseconds, count = question.number(), question.number()
        asked = [(question.text(), question.number()) for _ in range(count)]
        result, states = self._sharing.await_change(self._context, asked, milliseconds)
        return build_answer(result, *(field for state in states for field in state))

    def _transmit(self, question: Question) -> bytes:
        connection = self._sharing.connection(self._context, question.number())
        return build_answer(Result.SUCCESS, self._sharing.transmit(connection, question.octets()))

    def _readers(self, _: Question) -> bytes:
        return build_answer(Result.SUCCESS, b"".join(name.encode() + b"\0" for name in self._sharing.slots) + b"\0")

    def _cancel(self, question: Question) -> bytes:
        self._sharing.cancel(question.number())
        return build_answer(Result.SUCCESS)

    def _attribute(self, question: Question) -> bytes:
        connection = self._sharing.connection(self._context, question.number())
        return build_answer(Result.SUCCESS, self._sharing.attribute(connection, question.number()))

    def _control(self, question: Question) -> bytes:
        self._sharing.connection(self._context, question.number())
        question.number()  # whichever control code: vpcd's driver has none
        return build_answer(Result.UNSUPPORTED_FEATURE)


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal. Exit code 2 when the parent is gone already or the socket cannot be made."""
    parent, place, *readers = arguments
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):
        return 2
    sharing = Sharing([slot_name(reader, slot) for reader in readers for slot in range(SLOTS)])
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(place)
        Path(place).chmod(0o600)
        listener.listen()
    except OSError as fault:
        sys.stderr.write(f"{place}: cannot listen: {fault}\n")
        return 2
    ports = [
        listen_for_cards(partial(sharing.inserted, slot), partial(sharing.removed, slot))
        for slot in sharing.slots.values()
    ]
    sys.stdout.write(" ".join(map(str, ports)) + "\n")
    sys.stdout.flush()
    while True:
        line, _ = listener.accept()
        threading.Thread(target=Client(sharing, line).serve, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

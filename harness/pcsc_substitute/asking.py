"""What the broker says of a slot, asked on its wire without any PC/SC library: the lane itself waits so."""

import socket
import time

from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.readers import PATIENCE
from harness.pcsc_substitute.wire import Question, build_answer, receive_frame
from harness.pcsc_substitute.words import EventState, Operation, Result


def await_state(place: str, slot: str, wanted: EventState) -> None:
    """Return once the slot is PRESENT or EMPTY, as wanted."""
    deadline = time.monotonic() + PATIENCE
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        _ask(line, Operation.ESTABLISH)
        state = int(EventState.UNAWARE)
        while not state & wanted:
            left = max(0, round(1000 * (deadline - time.monotonic())))
            answer = _ask(line, Operation.STATUS_CHANGE, left, 1, slot.encode(), state)
            if answer.number() != Result.SUCCESS:
                raise LaneUnavailable(f"{slot}: expected {wanted.name} within {PATIENCE:g} s")
            state = answer.number()


def _ask(line: socket.socket, operation: Operation, *fields: int | bytes) -> Question:
    """Return the answer, whose fields are read as a question's are: with the operation before them."""
    fields_only = build_answer(*fields)[4:]
    content = bytes([operation]) + fields_only
    line.sendall(len(content).to_bytes(4, "big") + content)
    answer = receive_frame(line)
    if answer is None:
        raise LaneUnavailable("the broker of the PC/SC substitute ended")
    return Question(bytes([operation]) + answer)

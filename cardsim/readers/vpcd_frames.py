"""vpcd's frames, without a socket: two bytes of length, big-endian, then the content (spec/card.md §9)."""

from enum import IntEnum

LONGEST = 0xFFFF
"""A length has two bytes."""
_LENGTH_BYTES = 2


class Control(IntEnum):
    """The frames of one byte; anything longer is a command for the card."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    GET_ATR = 4


class FrameReader:
    """Frames out of a stream that arrives in pieces of any size."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, received: bytes) -> list[bytes]:
        """The frames that are complete now, in order; the rest waits for more."""
        data = self._pending + received
        frames = []
        start = 0
        while len(data) - start >= _LENGTH_BYTES:
            end = start + _LENGTH_BYTES + int.from_bytes(data[start : start + _LENGTH_BYTES], "big")
            if end > len(data):
                break
            frames.append(data[start + _LENGTH_BYTES : end])
            start = end
        self._pending = data[start:]
        return frames


def build_frame(content: bytes) -> bytes:
    """The content with its length before it."""
    if len(content) > LONGEST:
        raise ValueError(f"a frame holds at most {LONGEST} bytes, got {len(content)}")
    return len(content).to_bytes(_LENGTH_BYTES, "big") + content

"""The interlock: secrets go to one card, and before each session's first VERIFY it is looked at whether it lies there.

(1) a card of this process is ours;
(2) in PC/SC's readers the card has the serial number that was given (`--serial`, or `serial` in the secrets' file), or
    lies in a reader that bears exactly the name of our own: what only begins with Kazashi may be anybody's;
(3) the number is read from EF 0006, and only three answers of 9000 and sixteen digits are one;
(4) without a number given, the card that lay there at the beginning is the one to the end.

A card cannot be exchanged within a session without PC/SC's saying so; between two it can. So whoever opens a session
looks again, before it sends its first VERIFY, and then sends what it had sent before: no VERIFY is among that.
"""

import re
from collections.abc import Sequence

from conformance.roles.card.target import IN_PROCESS, CardTarget, Line
from conformance.roles.role_run import TargetFault
from harness.errors import ConfigurationError
from harness.pcsc_lane import OUR_READER
from harness.pcsc_substitute.words import NAME_LABEL

SERIAL = ("00A4040C0AD392F000260100000001", "00A4020C020006", "00B0005010")
"""SELECT of the JPKI application and of EF 0006, and the sixteen digits at offset 80 (spec/card.md §2.1)."""
DIGITS = re.compile(rb"[0-9]{16}")
SLOT = re.compile(r" [0-9A-F]{2} [0-9A-F]{2}")
DONE = 0x9000


def is_ours(reader: str) -> bool:
    """Whether a reader's name is exactly one that this project gives to its own."""
    return reader == IN_PROCESS or any(
        reader.startswith(name) and SLOT.fullmatch(reader.removeprefix(name)) is not None
        for name in (OUR_READER, f"{OUR_READER} {NAME_LABEL}")
    )


class Interlock:
    """Of one run: closed, open for any fresh card of this process, or for one serial number."""

    def __init__(self, target: CardTarget, serial: str | None, *, has_secrets: bool) -> None:
        """Look at the card once; ConfigurationError where another lies there than was named, or an unreadable one."""
        if serial is not None and DIGITS.fullmatch(serial.encode("ascii", "replace")) is None:
            raise ConfigurationError(f"--serial {serial!r}: expected sixteen digits, actual others; no PIN was sent")
        self._target, self._serial = target, serial
        self.is_open = has_secrets and (serial is not None or is_ours(target.reader))
        if not self.is_open or target.is_fresh:
            return
        found = self._found_now()
        if found is None:
            raise ConfigurationError(
                f"card in {target.reader!r}: expected its serial number in EF 0006, actual no sixteen digits with "
                "9000; no PIN was sent; leave --card out to judge what needs none"
            )
        if serial is not None and found != serial:
            raise ConfigurationError(
                f"--serial {serial}: expected that test card in {target.reader!r}, actual another; no PIN was sent"
            )
        self._serial = found

    def confirm(self, line: Line, sent: Sequence[bytes] = ()) -> None:
        """Return where the card of the run lies there, its session as it was; TargetFault where another does.

        `sent` are the commands of the session until now.
        """
        if self._target.is_fresh:
            return
        found = serial_on(line)
        if not self.is_open or found is None or found != self._serial:
            raise TargetFault(
                f"{self._target.reader}: expected the card {self._serial}, actual {found or 'one without a number'}: "
                "it was exchanged; no PIN was sent to it"
            )
        for command in sent:
            line.transmit(list(command))

    def _found_now(self) -> str | None:
        line = self._target.line()
        line.connect()
        try:
            return serial_on(line)
        finally:
            line.disconnect()


def serial_on(line: Line) -> str | None:
    """Return the serial number of the card at the other end, or None where it cannot be read for certain."""
    data: list[int] = []
    for command in SERIAL:
        data, sw1, sw2 = line.transmit(list(bytes.fromhex(command)))
        if sw1 << 8 | sw2 != DONE:
            return None
    return bytes(data).decode("ascii") if DIGITS.fullmatch(bytes(data)) else None

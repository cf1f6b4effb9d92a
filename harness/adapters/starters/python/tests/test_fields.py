"""What the contract does not know is refused, and the refusal says where."""

import unittest
from collections.abc import Callable

from kazashi_adapter.contract.fields import BrokenMessage, Fields, read_message
from kazashi_adapter.contract.requests import read_attempt, read_clock_setting, read_completion

BROKEN: list[tuple[Callable[[Fields], object], bytes, str]] = [
    (read_clock_setting, b"", "$"),
    (read_clock_setting, b"[]", "$"),
    (read_clock_setting, b"[" * 100_000, "$"),
    (read_clock_setting, b'{"instant": "2026-12-01T00:00:00Z"}', "$.epoch"),
    (read_clock_setting, b'{"instant": "2026-12-01T00:00:00Z", "epoch": true}', "$.epoch"),
    (read_clock_setting, b'{"instant": "2026-12-01T00:00:00Z", "epoch": 1.5}', "$.epoch"),
    (read_clock_setting, b'{"instant": "2026-02-30T00:00:00Z", "epoch": 1}', "$.instant"),
    (read_clock_setting, b'{"instant": "2026-12-01T00:00:00+09:00", "epoch": 1}', "$.instant"),
    (read_clock_setting, b'{"instant": "2026-12-01T00:00:00Z", "epoch": 1, "x": 1}', "$.x"),
    (read_attempt, b'{"purpose": "fly", "service": "s", "environment": "online"}', "$.purpose"),
    (read_attempt, b'{"purpose": "tap", "service": "", "environment": "online"}', "$.service"),
    (read_attempt, b'{"purpose": "tap", "service": "s", "environment": "online", "holder": null}', "$.holder"),
    (read_completion, b'{"session": "s", "presentation": {"challenge": "AA"}}', "$.presentation.challenge"),
    (
        read_completion,
        b'{"session": "s", "presentation": {"challenge": "", "certificate": "", "x": 1}}',
        "$.presentation.x",
    ),
]


class FieldsTest(unittest.TestCase):
    """One message after the other, each with one thing wrong."""

    def test_broken_message_says_where(self) -> None:
        """The path leads to the field."""
        for read, body, where in BROKEN:
            with self.subTest(body=body[:80]), self.assertRaises(BrokenMessage) as caught:
                read_message(body, read)
            self.assertEqual(caught.exception.where, where, body[:80])

    def test_whole_message_is_read(self) -> None:
        """An absent field is None, bytes are decoded."""
        message = read_message(
            b'{"session": "s", "presentation": {"challenge": "AAE=", "certificate": ""}}', read_completion
        )
        self.assertEqual(message.presentation.challenge, b"\x00\x01")
        self.assertIsNone(message.presentation.chip)

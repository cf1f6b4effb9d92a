"""The fixture for scenarios through pcscd: a profile in, a pyscard connection out."""

from collections.abc import Callable

import pytest

from cardsim.profile import Profile
from harness.pcsc_lane import Connection
from harness.terminal.card_reader import CardReader, PinRefused


def test_a_profile_becomes_a_card_behind_pcscd(pcsc_card: Callable[[Profile], Connection], profile: Profile) -> None:
    """The connection reaches that card; put in again it still lacks the try that was spent."""
    reader = CardReader(pcsc_card(profile))
    with pytest.raises(PinRefused):
        reader.sign_challenge("9999", bytes(32))
    again = pcsc_card(profile)
    assert again.getReader().startswith("Kazashi")
    assert CardReader(again).tries_left() == 2

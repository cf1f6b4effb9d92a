"""Every class byte with every instruction: no try changes, no right comes, and every answer is a known status word."""

import pytest

from cardsim.card import power_on, transmit
from cardsim.profile import Profile
from cardsim.status import StatusWord, read_tries
from tests.cardsim.free_area_cards import PIN_CARD, loaded_card

AIDS = ["D392F000260100000001", "D3921000310001010402", "F04B415A4153484901", "F04B415A4153484912"]
TAILS = [b"", b"\x00\x80", b"\x00\x00\x00", b"\x00\x80\x00\x00\x00"]
"""P1-P2 and Le; none of them carries data, so none is a try."""


@pytest.mark.parametrize("aid", AIDS)
def test_no_command_without_data_changes_what_is_kept(profile: Profile, aid: str) -> None:
    """65536 class and instruction bytes, four ways each, with a file selected: what is kept stays the same object."""
    card = loaded_card(profile, PIN_CARD)
    state = power_on(card.profile, card.kept)
    for select in (f"00A4040C{len(aid) // 2:02X}{aid}", "00A4020C020012", "00A4020C020018"):
        state, _ = transmit(card.profile, state, bytes.fromhex(select))
    for tail in TAILS:
        for head in range(0x10000):
            after, answer = transmit(card.profile, state, head.to_bytes(2, "big") + tail)
            assert after.kept is state.kept
            assert after.session.verified == frozenset()
            status = int.from_bytes(answer[-2:], "big")
            assert status in StatusWord._value2member_map_ or read_tries(status) is not None

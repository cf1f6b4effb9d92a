"""The commands only an issuer may use: LOCK DF, UNLOCK DF, UNLOCK KEY and their like; spec/card.md §1.3 (MC)."""

from typing import NoReturn

from cardsim.apdu import Command
from cardsim.profile import Profile
from cardsim.state import State
from cardsim.status import Refusal, StatusWord


def administer(profile: Profile, state: State, command: Command) -> NoReturn:
    """6982 always: nobody outside a municipality's counter holds the issuer's keys (spec/card.md §3, Unblock)."""
    del profile, state, command
    raise Refusal(StatusWord.SECURITY_NOT_SATISFIED)

"""Who lives here: every story has residents and cards of its own."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from cardsim.options import Options
from scenarios.cards import Card, Reader
from scenarios.clock import StoryClock
from scenarios.resident import Resident
from scenarios.stage import Stage
from scenarios.story import Words
from scenarios.telling import Telling


class Town:
    """Gives cards to residents at its counter."""

    def __init__(self, stage: Stage, telling: Telling, clock: StoryClock, folder: Path, reader: Reader) -> None:
        self._stage, self._telling, self._clock = stage, telling, clock
        self._folder, self._reader = folder, reader

    def issues_a_card(
        self,
        *,
        that_expires_today: bool = False,
        to_somebody_born: date | None = None,
        that_counts_scans_together: bool = False,
    ) -> Resident:
        """Return a new resident with a new card, both certificates on it, PIN and password set."""
        special: dict[str, Any] = {}
        if that_expires_today:
            special["card_expiry"] = self._clock.today().date()
        if to_somebody_born is not None:
            special["birth_date"] = to_somebody_born
        person = self._stage.world.new_resident(**special)
        serial = f"{self._stage.world.issue_card(person.id).auth_serial:X}"
        ending = Words(" that expires today", "（本日満了）") if that_expires_today else Words("", "")
        self._telling.say(Words(f"a resident is given card {serial}", f"住民にカード{serial}が交付される") + ending)
        world, options = self._stage.world, Options(codes_share_tries=that_counts_scans_together)
        card = Card(
            partial(world.card_of, person.id, options=options),
            partial(world.card_life, person.id),
            self._folder / person.id,
            self._reader,
        )
        return Resident(self._stage, self._telling, card)

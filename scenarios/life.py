"""What befalls a resident: what follows from it is the world's table (`docs/life-cycle.md`)."""

from harness.municipalities import INVENTED
from scenarios.person import Person
from scenarios.story import Words


class Living(Person):
    """A person to whom things happen."""

    def loses_the_card(self) -> None:
        """Report the loss by telephone: 一時停止 of both certificates."""
        with self._observer.happening(Words("the resident reports the card lost", "利用者がカードの紛失を届け出る")):
            self._stage.world.lose(self.issued.resident.id)

    def moves(self) -> None:
        """Move to the other municipality: the signature certificate is revoked."""
        new = next(place for place in INVENTED if place.code != self.issued.resident.municipality)
        words = Words(f"the resident moves to {new.romaji}", f"利用者が{new.name}へ転居する")
        with self._observer.happening(words):
            self._stage.world.move(self.issued.resident.id, new.code)

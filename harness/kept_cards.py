"""Where the cards of a world keep their spent tries while they are in no reader.

A world that is kept in a file keeps its cards beside it, each in a folder of its own as `kazashi card serve` knows them
(`<store>.cards/<serial>`), locked while the card is in a slot: two owners would give tries back. One that is kept in a
database keeps them in the home of whoever has the reader. A world that lives in memory keeps them in memory: they end
with it. Whoever removes a store removes the folder beside it, too.
"""

import hashlib
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL

from cardsim.faults import CardUnreadable
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.state import fresh_kept
from cardsim.store import KeptStore, MemoryStore
from harness.home import home
from harness.store.address import Place

PROFILE = "profile.json"
"""What a card's folder is known by (cardsim/folder.py)."""


class KeptCards(Protocol):
    """Where a card's kept state is found when it is put into a slot."""

    def open(self, profile: Profile) -> KeptStore:
        """Return the store of a card, owned until it is closed; a card that comes for the first time is unused."""


class CardsInMemory:
    """The cards of a world that lives in memory."""

    def __init__(self) -> None:
        self._stores: dict[str, MemoryStore] = {}

    def open(self, profile: Profile) -> KeptStore:
        """Return the store of a card; the same one each time."""
        if profile.serial not in self._stores:
            self._stores[profile.serial] = MemoryStore(fresh_kept(profile))
        return self._stores[profile.serial]


class CardsInFolder:
    """The cards of a world that is kept in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def beside(cls, store: Path) -> "CardsInFolder":
        """Return the cards of the world in `store`."""
        return cls(store.with_name(f"{store.name}.cards"))

    def open(self, profile: Profile) -> KeptStore:
        """Return the store of a card; CardInUse when another process owns it, CardUnreadable when it is damaged.

        The card of another world may bear the same serial: its tries are not this one's.
        """
        folder = self._folder / profile.serial
        if not (folder / PROFILE).exists():
            save_card(profile, folder)
        found, store = load_card(folder)
        if found != profile:
            store.close()
            raise CardUnreadable(
                f"{folder}: expected the card {profile.serial} of this world, actual another world's; "
                f"remove {self._folder} to begin with unused cards"
            )
        return store


def cards_of(store: Place) -> KeptCards:
    """Return the cards of the world in `store`."""
    match store:
        case None:
            return CardsInMemory()
        case URL():
            named = hashlib.sha256(store.set(username=None, password=None).render_as_string().encode()).hexdigest()
            return CardsInFolder(home() / "cards" / named[:16])
        case _:
            return CardsInFolder.beside(store)

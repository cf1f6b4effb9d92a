"""Where the cards of a world keep their spent tries while they are in no reader.

A world that is kept in a file keeps its cards beside it, each in a folder of its own as `kazashi card serve` knows them
(`<store>.cards/<serial>`), locked while the card is in a slot: two owners would give tries back. One that is kept in a
database keeps them in the home of whoever has the reader. A world that lives in memory keeps them in memory: they end
with it. Whoever removes a store removes the folder beside it, too.
"""

import hashlib
from pathlib import Path
from typing import Protocol

import msgspec
from sqlalchemy import URL

from cardsim.faults import CardUnreadable
from cardsim.folder import holds_card, load_card, save_card, write_profile
from cardsim.profile import Profile
from cardsim.state import fresh_kept
from cardsim.store import KeptStore, MemoryStore, write_durably
from harness.card_life import CardLife
from harness.card_writing import Note, WrittenStore, rewritten
from harness.home import home
from harness.store.address import Place

_NOTE = "life.json"
_NOTES = msgspec.json.Decoder(Note)


class KeptCards(Protocol):
    """Where a card's kept state is found when it is put into a slot."""

    def open(self, profile: Profile, life: CardLife | None = None) -> KeptStore:
        """Return the store of a card, owned until it is closed; a card that comes for the first time is unused.

        With its `life`, what was written to its tries elsewhere is taken in at each load.
        """


class CardsInMemory:
    """The cards of a world that lives in memory."""

    def __init__(self) -> None:
        self._stores: dict[str, tuple[Profile, MemoryStore]] = {}
        self._notes: dict[str, Note] = {}

    def open(self, profile: Profile, life: CardLife | None = None) -> KeptStore:
        """Return the store of a card; the same one each time, also when the card was written on since."""
        before, store = self._stores.get(profile.serial, (profile, MemoryStore(fresh_kept(profile))))
        if before != profile:
            store.save(rewritten(before, profile, store.load()))
        self._stores[profile.serial] = profile, store
        return store if life is None else WrittenStore(store, profile, life, self._note, self._keep_note)

    def _note(self, life: CardLife) -> Note:
        return self._notes.get(life.name, Note(life.name, 0))

    def _keep_note(self, note: Note) -> None:
        self._notes[note.name] = note


class CardsInFolder:
    """The cards of a world that is kept in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def beside(cls, store: Path) -> "CardsInFolder":
        """Return the cards of the world in `store`."""
        return cls(store.with_name(f"{store.name}.cards"))

    def folder_of(self, profile: Profile) -> Path:
        """Return where a card is kept, as `kazashi card serve` knows it; it is there once it was opened."""
        return self._folder / profile.serial

    def open(self, profile: Profile, life: CardLife | None = None) -> KeptStore:
        """Return the store of a card; CardInUse when another process owns it, CardUnreadable when it is damaged.

        The card of another world may bear the same serial: its tries are not this one's. The same card that was
        written on since, as at a renewal, keeps its tries; its life tells the two apart.
        """
        folder = self.folder_of(profile)
        if not holds_card(folder):
            _begin(folder, life)
            save_card(profile, folder)
        found, store = load_card(folder)
        try:
            if life is not None and found == profile and not (folder / _NOTE).exists():
                _keep(folder / _NOTE, Note(life.name, 0))
            if found != profile:
                self._rewrite(folder, found, profile, life, store)
        except BaseException:
            store.close()
            raise
        if life is None:
            return store
        return WrittenStore(
            store, profile, life, lambda _: _read(folder / _NOTE), lambda note: _keep(folder / _NOTE, note)
        )

    def _rewrite(self, folder: Path, before: Profile, after: Profile, life: CardLife | None, store: KeptStore) -> None:
        if life is None or not (folder / _NOTE).exists() or _read(folder / _NOTE).name != life.name:
            raise CardUnreadable(
                f"{folder}: expected the card {after.serial} of this world, actual another world's; "
                f"remove {self._folder} to begin with unused cards"
            )
        store.save(rewritten(before, after, store.load()))
        write_profile(after, folder)


def _begin(folder: Path, life: CardLife | None) -> None:
    """Write whose life it is before there is a card: killed in between, the card begins again."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _NOTE).unlink(missing_ok=True)
    except OSError as fault:
        raise CardUnreadable(f"cannot make {folder}: {fault.strerror}") from fault
    if life is not None:
        _keep(folder / _NOTE, Note(life.name, 0))


def _read(path: Path) -> Note:
    try:
        return _NOTES.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError) as fault:
        raise CardUnreadable(f"{path}: expected what was last written to the card's tries, actual {fault}") from fault


def _keep(path: Path, note: Note) -> None:
    write_durably(path, msgspec.json.encode(note))


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

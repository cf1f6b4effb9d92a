"""What the counter and the kiosk write into a card's kept state: tries, and the references that follow from a file.

Only PINs that their holder chose are locked and reset; their values stay as the holder last set them (assumed).
"""

from collections.abc import Callable

from msgspec import Struct, structs

from cardsim.applications import jpki
from cardsim.faults import CardUnreadable
from cardsim.pins import PinRecord
from cardsim.profile import Profile, pins_of
from cardsim.state import Kept, fresh_kept
from cardsim.store import KeptStore
from harness.card_life import CardLife
from harness.errors import ConfigurationError
from harness.jlis.life_cycle import Write


class Note(Struct, frozen=True):
    """How much of what was written to a card's tries it has taken in."""

    name: str
    """Of the card's life."""
    taken_in: int


class WrittenStore:
    """A card's store that takes in, at each load, what was written to its tries since the last one."""

    def __init__(
        self,
        store: KeptStore,
        profile: Profile,
        life: CardLife,
        note: Callable[[CardLife], Note],
        keep_note: Callable[[Note], None],
    ) -> None:
        self._store = store
        self._profile = profile
        self._life = life
        self._note = note
        self._keep_note = keep_note

    def load(self) -> Kept:
        """Return what the card kept last, and what was written since, one after the other.

        The state is saved before the note of it: who is killed in between writes the same once more, and nobody had
        the card meanwhile.
        """
        kept, note = self._store.load(), self._note(self._life)
        try:
            written = self._life.tries_written()
        except ConfigurationError as fault:
            raise CardUnreadable(f"card {self._profile.serial}: its world cannot be asked: {fault}") from fault
        if len(written) > note.taken_in:
            for write in written[note.taken_in :]:
                kept = tries_set(self._profile, kept, write)
            self._store.save(kept)
            self._keep_note(Note(self._life.name, len(written)))
        return kept

    def save(self, kept: Kept) -> None:
        """Return when `kept` is stored."""
        self._store.save(kept)

    def close(self) -> None:
        """Give the card up."""
        self._store.close()


def tries_set(profile: Profile, kept: Kept, write: Write) -> Kept:
    """Return the kept state with no tries left, or all of them, for each PIN that the holder chose.

    The kiosk reaches the two PINs of the JPKI application alone (spec/pki.md §4).
    """
    pins = dict(kept.pins)
    reached = profile.applications[jpki.AID].pins if write is Write.JPKI_TRIES_FULL else pins_of(profile)
    for pin in reached:
        if pin.changeable and pin.initial is not None:
            left = 0 if write is Write.TRIES_SPENT else pin.tries
            pins[pin.kept_as] = PinRecord(pins[pin.kept_as].value, left)
    return structs.replace(kept, pins=pins)


def rewritten(before: Profile, after: Profile, kept: Kept) -> Kept:
    """Return what a card keeps once its files were written anew.

    A PIN that it did not have yet begins unused; the reference that is the birth date follows the date and keeps its
    tries, of which none has more than it can have from then on; the PINs that the holder chose stay as they are, and so
    does what was loaded into the free area.
    """
    old, new = {pin.kept_as: pin for pin in pins_of(before)}, fresh_kept(after).pins
    pins = {name: record for name, record in kept.pins.items() if name not in old}
    for pin in pins_of(after):
        name, was = pin.kept_as, old.get(pin.kept_as)
        if was is None or (was.initial is None) != (pin.initial is None):
            pins[name] = new[name]
        elif not pin.changeable and was.initial != pin.initial:
            pins[name] = PinRecord(new[name].value, min(kept.pins[name].left, pin.tries))
        else:
            left = kept.pins[name].left
            pins[name] = PinRecord(kept.pins[name].value, pin.tries if left == was.tries else min(left, pin.tries))
    return structs.replace(kept, pins=pins)

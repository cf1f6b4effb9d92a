"""The authorities of a world: for each kind its generations, made from the installation's keys when first needed."""

from dataclasses import dataclass, field
from datetime import datetime

from harness.contract.vocabulary import Kind
from harness.jlis.authority import Authority
from harness.jlis.generations import Generations
from harness.jlis.practice import STANDARD, Practice
from harness.keys import KeyPool


@dataclass(frozen=True)
class Hierarchy:
    """Every authority of one world."""

    generations: Generations
    keys: KeyPool
    practice: Practice = STANDARD
    _made: dict[tuple[Kind, int], Authority] = field(default_factory=dict)
    _strangers: dict[Kind, Authority] = field(default_factory=dict)

    def authority(self, kind: Kind, generation: int) -> Authority:
        """Return one generation of an authority."""
        if (kind, generation) not in self._made:
            self._made[kind, generation] = Authority.found(
                kind,
                self.generations.life(generation),
                self.keys.named(f"authority-{kind.value}-{generation}"),
                self.keys.named(f"responder-{kind.value}"),
                self.practice,
            )
        return self._made[kind, generation]

    def in_office(self, kind: Kind, instant: datetime) -> Authority:
        """Return the authority that issues at `instant`."""
        return self.authority(kind, self.generations.in_office(instant))

    def known(self, kind: Kind, instant: datetime) -> list[Authority]:
        """Return every generation that was founded at `instant`, the oldest first; one of them may have expired."""
        return [self.authority(kind, life.generation) for life in self.generations.founded_by(instant)]

    def stranger(self, kind: Kind, generation: int) -> Authority:
        """Return somebody with the authority's name and another key, founded when first needed."""
        if kind not in self._strangers:
            key = self.keys.named("stranger")
            self._strangers[kind] = Authority.found(kind, self.generations.life(generation), key, key, self.practice)
        return self._strangers[kind]

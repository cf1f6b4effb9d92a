"""Who might sign what is wrong with an answer: a stranger of the same name, another generation, the other kind's."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.jlis.authority import Authority


@dataclass(frozen=True, slots=True)
class Signers:
    """The authorities that may not sign here."""

    stranger: Callable[[], Authority]
    """It bears the same name and has another key: a product that compares names alone believes it."""
    other: Authority
    """The genuine authority of the other kind: a product that throws its anchors together believes it."""
    generations: tuple[Authority, ...] = ()
    """Every generation of this kind, the latest last: the same name and other keys, each genuine for its own."""

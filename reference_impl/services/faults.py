"""What is wrong with a file of policies, told so that it can be mended: file, line, reason, in both languages."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from reference_impl.services.marks import Path
from reference_impl.services.policy import Policy


class Contradiction(Struct, frozen=True):
    """Two parts of one policy that cannot both hold, and where to look."""

    path: Path
    ja: str
    en: str


class Rule(Struct, frozen=True):
    """One kind of contradiction, and why it is one."""

    id: str
    clause: str
    """The clause it follows from; `house` where it is plain logic or our own care."""
    find: Callable[[Policy], Iterator[Contradiction]]


class Fault(Struct, frozen=True):
    """One thing to mend in a file."""

    file: str
    line: int
    where: str
    rule: str
    ja: str
    en: str
    clause: str = "house"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.ja} / {self.en} [{self.rule}, {self.clause}]"


class PoliciesRefused(ValueError):
    """A file that was not taken, with everything that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults

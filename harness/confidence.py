"""How sure we are that the real thing behaves so. Reports and pages show it; assumed is never shown as specified."""

from enum import StrEnum


class Confidence(StrEnum):
    """Where a behaviour of the emulation comes from (DESIGN.md §7)."""

    NORMATIVE = "normative"
    """An official text or a standard says so."""
    PUBLISHED = "published"
    """Public documents of somebody who runs it say so."""
    OBSERVED = "observed"
    """Read from a genuine artefact."""
    ASSUMED = "assumed"
    """Nothing public was found: our choice."""

    @property
    def japanese(self) -> str:
        """The word for it."""
        return {"normative": "規定", "published": "公表", "observed": "観察", "assumed": "仮定"}[self.value]

"""What a process of the relying party is started with: from the command line, or from a release's file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from reference_impl.messages import Configure
from reference_impl.store.engine import Place
from reference_impl.verification.place import Environment
from reference_impl.verification.revocation_methods import Method

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_PROCESSES: Final = 64


class CannotBegin(ValueError):
    """One line (or one for each fault of a file) that says what is wrong and how to mend it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is decided before it begins."""

    host: str = "127.0.0.1"
    port: int = 0
    processes: int = 1
    store: Place = None
    audit: str | None = None
    audit_key: Path | None = None
    production_policies: bool = False
    production_anchors: bool = False
    status_methods: Mapping[str, Method] = {}
    status_keep: float = 0.0
    lists: Path | None = None
    refresh_lists: bool = False
    """Whether lists are fetched when they are due, not only when one is wanted."""
    back_end: Path | None = None
    """Who verifies (docs/backends.md); None: an administrative body that asks J-LIS."""
    link_service: str | None = None
    """Where it is asked which certificates belong together; None: renewals are recognised at the counter alone."""
    service_files: tuple[Path, ...] = ()
    municipality: str | None = None
    """Whose residents `own` means in a policy, by the code of five digits."""
    configure: Configure | None = None
    """The anchors, addresses, terminals and services of a release."""
    surroundings: Mapping[str, tuple[Environment, ...]] = {}
    """Where a terminal stands, by its id; one that is not named here says it itself."""
    operators: Mapping[str, str] = {}
    auditors: Mapping[str, str] = {}
    """Tokens, by the names of those who have them."""
    test_surface: bool = False
    log: Path | None = None
    """None: stderr."""

    def require_sound(self) -> None:
        """CannotBegin for decisions that do not go together."""
        if not 1 <= self.processes <= MOST_PROCESSES:
            raise CannotBegin(
                f"--processes: 1～{MOST_PROCESSES} です / expected 1 to {MOST_PROCESSES}, found {self.processes}"
            )
        if self.processes > 1 and self.store is None:
            raise CannotBegin(
                "--processes: 複数プロセスには --store が必要です / "
                "expected a --store that several processes can open, found memory"
            )
        if self.host not in LOOPBACK and self.test_surface:
            raise CannotBegin(
                f"--host {self.host}: 試験用の面はループバックでのみ使えます / "
                "expected loopback beside --test-surface, which anybody could use"
            )
        if self.host not in LOOPBACK and not (self.operators and self.auditors):
            raise CannotBegin(
                f"--host {self.host}: ループバック以外ではトークンが必要です / "
                "expected tokens of operators and auditors in --configuration, found none; "
                "give them, or listen on 127.0.0.1"
            )

"""The reference relying party as a load run wants it: with a counter that may be read, and a store to its faults."""

import secrets
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from harness.contract.targets import REFERENCE, REFERENCE_COMMAND
from loadtests.database import DATABASES, Database, own_database
from loadtests.faults import FaultKind, PlannedFault
from loadtests.options import Options
from loadtests.shapes import Shape

METRICS = "/metrics"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What load is sent to, and by what its counter is read and its database killed, where it has them."""

    options: Options
    """With the whole command as the target."""
    token: str | None = None
    """Of whoever may read the counter; None: not the reference."""
    database: Database | None = None

    def counter_at(self, address: str) -> str:
        """Return where the target counts its requests; empty where that is not known."""
        return self.options.counter or (f"{address}{METRICS}" if self.token else "")


@contextmanager
def prepared(options: Options, plan: list[PlannedFault]) -> Iterator[Prepared]:
    """Yield what a run needs before its target is started; any target but the reference is left as it is."""
    if options.target != REFERENCE:
        yield Prepared(options)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kazashi-load-reference-")))
        token = secrets.token_hex(32)
        file = folder / "operator"
        file.touch(mode=0o600)
        file.write_text(token)
        words = [*REFERENCE_COMMAND, "--operator-token", str(file)]
        kinds = {fault.kind for fault in plan}
        database = stack.enter_context(own_database()) if FaultKind.DATABASE in kinds else None
        if database is not None:
            store, audit = map(database.address, DATABASES)
            words += ["--store", store, "--audit", audit, "--audit-key", str(folder / "audit-key")]
        elif FaultKind.WORKER in kinds or options.shape is Shape.SOAK:  # kept on disk: memory is for leaks alone
            words += ["--store", str(folder / "store.sqlite")]
        if FaultKind.WORKER in kinds:
            words += ["--processes", "2"]
        if FaultKind.CRL_SWAP in kinds:
            words += ["--status-method", "crl"]
        yield Prepared(structs.replace(options, target=f"command:{shlex.join(words)}"), token, database)

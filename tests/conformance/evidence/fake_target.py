"""A bench whose target does what a test says, case by case, and options to run it with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from conformance.catalogue_loader import compiled
from conformance.check import Check
from conformance.evidence.bundle import bundle_octets
from conformance.evidence.kept_judgements import OTHER_ROLE
from conformance.evidence.run_journal import Identity
from conformance.evidence.run_options import RunOptions
from conformance.evidence.signing_key import SigningKey
from conformance.evidence.sittings import sittings_of
from conformance.report.role_write import role_json, role_junit
from conformance.roles.responder.case import About
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_run import Played, RoleRun, TargetFault, examine
from conformance.roles.vocabularies import VOCABULARIES

NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REFUSAL, TWIN = "attributes/wrong", "attributes/right"
"""Of the role tap-client."""


class FakeBench:
    """A target of any role: it passes but where `goes` says `fails`, `late` or `breaks`."""

    def __init__(self, role: str, goes: Mapping[str, str] | None = None, lacks: frozenset[str] = frozenset()) -> None:
        self.product = "Fake target 1"
        self.capabilities = VOCABULARIES[role].capabilities - lacks - {About.SUBJECT}
        self.goes = dict(goes or {})
        self.played: list[str] = []

    def play(self, case: Any) -> Played:
        """Return what was said beforehand."""
        self.played.append(case.id)
        how = self.goes.get(case.id, "holds")
        if how in ("late", "breaks"):
            raise TargetFault("told to", late=how == "late")
        held = how != "fails"
        return Played((Check("looked at", "as asked", "as asked" if held else "otherwise", held),))


def options(out: Path, **more: Any) -> RunOptions:
    """The options of a run of seed 3, at noon."""
    said: dict[str, Any] = {"cases": (), "language": "en", "seed": 3, "seed_drawn": False, "now": lambda: NOON, **more}
    return RunOptions(out=out, **said)


def identity_of(catalogue: RoleCatalogue[Any], bench: FakeBench, asked: RunOptions) -> Identity:
    """Who is judged by what."""
    return Identity(
        format=1,
        suite="kazashi 0.1.0",
        role=catalogue.role,
        catalogue_hash=catalogue.hash,
        cases=asked.cases,
        target="fake",
        options={},
        product={"product": bench.product, "capabilities": sorted(bench.capabilities)},
        statement_hash=None if asked.statement is None else asked.statement.sha256,
        seed=asked.seed,
        seed_drawn=asked.seed_drawn,
    )


@cache
def catalogue_of(role: str) -> RoleCatalogue[Any]:
    """The catalogue of a role."""
    return load_role_catalogue(VOCABULARIES[role])


def run_of(bench: FakeBench, asked: RunOptions, catalogue: RoleCatalogue[Any]) -> RoleRun[Any]:
    """A run, through its journal."""
    with sittings_of(identity_of(catalogue, bench, asked), OTHER_ROLE, catalogue.cases, asked) as sittings:
        sittings.sit_down("host")
        run = examine(
            catalogue,
            bench,
            target="fake",
            seed=asked.seed,
            progress=lambda judged, number, total: sittings.keep(judged.case.id, judged),  # noqa: ARG005
        )
        return sittings.concluded(run, catalogue)


def signed_files(out: Path, **more: Any) -> tuple[dict[str, bytes], Identity]:
    """The files of a small run (two cases of the role tap-client), and who was judged; nothing is signed yet."""
    whole = catalogue_of("tap-client")
    asked = options(out, cases=(REFUSAL,), **more)
    bench = FakeBench("tap-client")
    run = run_of(bench, asked, whole.with_twins([REFUSAL]))
    files = {
        "report.json": role_json(run).encode(),
        "junit.xml": role_junit(run).encode(),
        "index.html": b"<!doctype html><title>of no matter here</title>\n",
        "catalogue.json": compiled(whole.cases),
    }
    return files, identity_of(whole, bench, asked)


def bundle_of(files: dict[str, bytes], identity: Identity, key: SigningKey) -> bytes:
    """The signed bundle of these files."""
    return bundle_octets(files, identity, key, "2026-11-22T03:00:01Z")

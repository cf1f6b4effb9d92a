"""`kazashi certify --role …`: what stands behind the command for the roles whose cases are `RoleCase`s."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from cardsim.readers.conditions import ORDINARY, Conditions
from cardsim.readers.interface import Interface
from conformance.catalogue_loader import compiled
from conformance.certification import EXIT_CODES
from conformance.evidence.bundle import sign_evidence
from conformance.evidence.expected_failures import require_known
from conformance.evidence.handed_in import described_watches, file_sha256, statement_file
from conformance.evidence.kept_judgements import OTHER_ROLE
from conformance.evidence.resuming import world_seed
from conformance.evidence.role_statements import require_fitting
from conformance.evidence.run_options import RunOptions
from conformance.evidence.sittings import Sittings, sittings_of
from conformance.privacy.beside import heard_target
from conformance.privacy.oracle import Oracle
from conformance.privacy.watch import parse_watches
from conformance.register import RequiredOf
from conformance.report.role_write import why, write_role_reports
from conformance.roles.card.bench import CardBench
from conformance.roles.card.facts import CardFacts, load_card_facts
from conformance.roles.card.target import EmulatedCards, pcsc_cards, synthetic_card
from conformance.roles.platform_client.bench import PlatformBench, platform_bench
from conformance.roles.responder.bench import ResponderBench
from conformance.roles.responder.target import JLIS, responder_facts
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_run import Bench, RoleJudgement, RoleRun, examine
from conformance.roles.tap_client.bench import InProcessDesk, TapBench
from conformance.roles.tap_client.laid import Cards
from conformance.roles.tap_client.pcsc_desk import NAMED_PROGRAMS, PCSC, pcsc_desk
from conformance.roles.vocabularies import VOCABULARIES
from conformance.telling import tell, tell_written
from harness.contract.client import PlatformClient, TapClient
from harness.contract.faults import AdapterFault
from harness.contract.targets import Program, PythonObject, Target, bound_target, parse_target
from harness.errors import ConfigurationError
from harness.home import key_pool

IN_PROCESS_READER = "inprocess"
EXAMPLES = {
    RequiredOf.TAP_CLIENT.value: "python:conformance.targets.tap_client:make",
    RequiredOf.PLATFORM_CLIENT.value: "python:conformance.targets.platform_client:make",
}
OWN_STATEMENT = Path(__file__).parents[1] / "targets" / "statements" / "fake-jlis.yaml"
PATIENCE = 10.0
"""Seconds, where the command line says nothing."""
PROGRAM_SECONDS = 60.0
"""A program may start others for each run, and each looks for its card anew."""
EMULATED = {IN_PROCESS_READER: ORDINARY, "contactless": Conditions(Interface.CONTACTLESS, pupi_in_atr=True)}
"""Slots of this process for our emulator: what a card is must not depend on how it is touched."""


@dataclass(frozen=True, slots=True)
class RoleOptions:
    """What the command line says of a target without an adapter."""

    target: str
    timeout: float = PATIENCE
    issuer: Path | None = None
    serials: str = ""
    claims: str = ""
    certificate: Path | None = None
    reader: str = IN_PROCESS_READER
    serial: str | None = None
    card: Path | None = None
    watch: tuple[str, ...] = ()


def certify_role(role: str, options: RoleOptions, asked: RunOptions) -> int:
    """Return the exit code of a run, whose reports are written and whose verdict is told."""
    whole = load_role_catalogue(VOCABULARIES[role])
    if asked.expected is not None:
        require_known(asked.expected.read, whole.cases, asked.expected.where)
    catalogue = whole.with_twins(list(asked.cases)) if asked.cases else whole
    asked = _with_own_statement(role, options, asked)
    console = Console(stderr=True)
    with _bench(role, options, world_seed(asked.seed, asked.sitting)) as bench:
        if asked.statement is not None:
            require_fitting(asked.statement.statement, role, bench)
        identity = asked.identity(
            role=role,
            catalogue_hash=whole.hash,
            target=_named(role, options),
            options=_described(options),
            product={"product": bench.product, "capabilities": sorted(bench.capabilities)},
        )
        with sittings_of(identity, OTHER_ROLE, catalogue.cases, asked) as sittings:
            run = _play(catalogue, bench, console, asked, sittings, target=identity.target)
            run = replace(run, said_of_target=said_of_target(role, options))
            written = write_role_reports(run, asked.out, language=asked.language)
            if asked.key is not None:
                written.append(sign_evidence(asked, identity, compiled(whole.cases), written))
    tell(run, run.product, why, console, asked.language)
    tell_written(written, console)
    return EXIT_CODES[run.verdict]


def _play(  # noqa: PLR0913  (what a sitting is made of)
    catalogue: RoleCatalogue[Any],
    bench: Bench[Any],
    console: Console,
    asked: RunOptions,
    sittings: Sittings[RoleJudgement],
    *,
    target: str,
) -> RoleRun[Any]:
    """Return the whole run after the present sitting."""
    part = replace(catalogue, cases={case: catalogue.cases[case] for case in sittings.to_play})
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("cases / 試験項目", total=len(part.cases))

        def judged(judgement: RoleJudgement, number: int, _: int) -> None:
            sittings.keep(judgement.case.id, judgement)
            progress.update(task, completed=number)

        sittings.sit_down("host")
        run = examine(part, bench, target=target, seed=asked.seed, progress=judged)
    return sittings.concluded(run, catalogue)


def _with_own_statement(role: str, options: RoleOptions, asked: RunOptions) -> RunOptions:
    """Return the options with the fake J-LIS's own statement, where that is the target and nothing else was said."""
    ours = role == RequiredOf.RESPONDER.value and _named(role, options) == JLIS and not options.claims
    return replace(asked, statement=statement_file(OWN_STATEMENT)) if ours and asked.statement is None else asked


def _described(options: RoleOptions) -> dict[str, str]:
    """Return what the command line says of the target besides its name: files by their hash, secrets not at all."""
    said = {
        "issuer": file_sha256(options.issuer),
        "certificate": file_sha256(options.certificate),
        "serials": options.serials,
        "claims": options.claims,
        "reader": "" if options.reader == IN_PROCESS_READER else options.reader,
        "serial": "" if options.serial is None else hashlib.sha256(options.serial.encode()).hexdigest(),
    }
    return {**{name: value for name, value in said.items() if value}, **described_watches(options.watch)}


@contextmanager
def _bench(role: str, options: RoleOptions, seed: int) -> Iterator[Bench[Any]]:
    """Yield the bench of a role, its target in place."""
    if role == RequiredOf.CARD.value:
        yield _card_bench(options, seed)
        return
    if role == RequiredOf.PLATFORM_CLIENT.value:
        with _platform_bench(options) as platform:
            yield platform
        return
    if role == RequiredOf.TAP_CLIENT.value:
        with _tap_bench(options, seed) as bench:
            yield bench
        return
    with responder_facts(
        _named(role, options),
        seed=seed,
        issuer=options.issuer,
        serials=options.serials,
        claims=options.claims,
        certificate=options.certificate,
    ) as facts:
        responder = ResponderBench(facts, timeout=options.timeout)
        try:
            yield responder
        finally:
            responder.close()


def _card_bench(options: RoleOptions, seed: int) -> CardBench:
    """Return the bench of our own emulator, or of whatever lies in a reader, with the secrets that were given."""
    if options.reader in EMULATED:
        profile, facts = synthetic_card(key_pool(), seed=seed)
        return CardBench(EmulatedCards(profile, EMULATED[options.reader]), facts)
    facts = CardFacts() if options.card is None else load_card_facts(options.card)
    if options.serial is not None and facts.serial not in (None, options.serial):
        raise ConfigurationError(
            f"--serial {options.serial}: expected the card that {options.card} names, actual another; correct one"
        )
    cards = pcsc_cards(None if options.reader == "pcsc" else options.reader)
    return CardBench(cards, facts, serial=options.serial)


@contextmanager
def _tap_bench(options: RoleOptions, seed: int) -> Iterator[TapBench]:
    """Yield the bench of a Python object in this process, or of a program behind PC/SC."""
    target = _tap_target(_named(RequiredOf.TAP_CLIENT.value, options))
    is_program = not isinstance(target, PythonObject)
    which = PCSC if is_program and options.reader == IN_PROCESS_READER else options.reader
    timeout = max(options.timeout, PROGRAM_SECONDS) if is_program else options.timeout
    with ExitStack() as stack:
        cards = Cards(key_pool(), seed=seed)
        stack.callback(cards.close)
        desk = InProcessDesk(cards) if which == IN_PROCESS_READER else stack.enter_context(pcsc_desk(which, cards))
        oracle = Oracle(parse_watches(options.watch))
        binding = stack.enter_context(heard_target(target, oracle, timeout=timeout))
        client = stack.enter_context(TapClient(binding))
        try:
            bench = TapBench(client, desk, oracle)
        except AdapterFault as fault:
            raise ConfigurationError(str(fault)) from fault
        yield bench


@contextmanager
def _platform_bench(options: RoleOptions) -> Iterator[PlatformBench]:
    """Yield the bench of a service, beside a fake platform."""
    target = parse_target(_named(RequiredOf.PLATFORM_CLIENT.value, options))
    with (
        bound_target(target, timeout=options.timeout) as binding,
        PlatformClient(binding) as client,
        ExitStack() as stack,
    ):
        try:
            bench = stack.enter_context(platform_bench(client))
        except AdapterFault as fault:
            raise ConfigurationError(str(fault)) from fault
        yield bench


def _tap_target(text: str) -> Target:
    """Return what `--target` means here: as everywhere, and OpenSC and the example as programs behind PC/SC."""
    return Program(NAMED_PROGRAMS[text]) if text in NAMED_PROGRAMS else parse_target(text)


def _named(role: str, options: RoleOptions) -> str:
    """Return the target as reports name it: what stands behind the word `reference` in this role."""
    if role == RequiredOf.CARD.value:
        return options.reader
    if role in EXAMPLES:
        return EXAMPLES[role] if options.target == "reference" else options.target
    return JLIS if options.target == "reference" else options.target


def said_of_target(role: str, options: RoleOptions) -> tuple[str, ...]:
    """Return the words of a command line that mean the same target, those that differ from what is assumed."""
    said: dict[str, object] = {"--timeout": options.timeout} if options.timeout != PATIENCE else {}
    if role == RequiredOf.CARD.value:
        said |= {"--reader": options.reader, "--serial": options.serial, "--card": options.card}
    else:
        said |= {"--target": options.target}
    if role == RequiredOf.TAP_CLIENT.value and options.reader != IN_PROCESS_READER:
        said["--reader"] = options.reader
    if role == RequiredOf.RESPONDER.value:
        said |= {
            "--issuer": options.issuer,
            "--serials": options.serials,
            "--claims": options.claims,
            "--certificate": options.certificate,
        }
    return tuple(word for name, value in said.items() if value for word in (name, str(value)))

"""The pages that are looked at, each made of a real run, and how."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue_loader import load_catalogue
from conformance.certification import Certification, certify
from conformance.evidence.expected_failures import Expectation, State
from conformance.judge import Judgement, Verdict
from conformance.report.role_write import write_role_reports
from conformance.report.write import write_reports
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CARD
from conformance.roles.card.target import EmulatedCards, synthetic_card
from conformance.roles.responder.bench import ResponderBench
from conformance.roles.responder.case import RESPONDER
from conformance.roles.responder.stand import stand
from conformance.roles.responder.target import JLIS
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.role_run import RoleRun, examine
from conformance.roles.rule_off import off_for_a_while
from conformance.roles.tap_client.bench import InProcessDesk, TapBench
from conformance.roles.tap_client.case import TAP_CLIENT
from conformance.roles.tap_client.laid import Cards
from conformance.setting import setting
from conformance.targets import product_named
from harness.contract.client import RelyingPartyClient, TapClient
from harness.contract.python_binding import PythonBinding
from harness.contract.targets import running_target
from harness.contract.vocabulary import Capability
from harness.keys import KeyPool
from loadtests.report.page import page as load_page
from loadtests.shapes import Shape
from scenarios.distribution import Distribution
from scenarios.page import Archetype, Line, Told, write_page
from scenarios.story import load_stories
from tests.loadtests.made_results import made_result

ALWAYS = Path(__file__).resolve().parents[2] / "conformance" / "targets" / "always.pl"
CASES = ["login/wrong-pin", "status/lost-at-the-mark", "tap/cloned", "ocsp/wrong-serial", "sign/before-address-change"]
EXAMPLE = "conformance.targets.tap_client:make"
STORIES = load_stories()
AT = datetime(2026, 4, 3, 0, 7, tzinfo=UTC)


def refused(path: Path) -> None:
    """A product that accepts everything: failures, and beside them every other verdict there is."""
    run = certified(f"command:perl {ALWAYS} accept", keys_beside(path))
    assert run.count(Verdict.FAIL) == len(run.judgements)
    write_reports(with_every_verdict(run), path.parent, language="ja")


def accepted(path: Path) -> None:
    """The reference."""
    run = certified("reference", keys_beside(path))
    assert run.count(Verdict.PASS) == len(run.judgements)
    write_reports(run, path.parent, language="en")


def certified(target: str, keys: KeyPool) -> Certification:
    """Return a run of some cases."""
    catalogue = load_catalogue("relying-party").with_twins(CASES)
    with (
        setting(keys, seed=7, cases=1) as world,
        running_target(product_named(target)) as address,
        RelyingPartyClient.at(address) as client,
    ):
        return certify(
            catalogue,
            client,
            world,
            target=target,
            seed=7,
            progress=lambda judgement, number, total: None,  # noqa: ARG005
        )


def with_every_verdict(run: Certification) -> Certification:
    """Return the run with verdicts that an honest product would not have brought about, and an expected failure."""
    judged = dict(run.judgements)
    names = list(judged)
    others = (Verdict.PASS, Verdict.WARN, Verdict.REVIEW, Verdict.TIMEOUT, Verdict.HARNESS_ERROR)
    for name, verdict in zip(names[1:], others, strict=False):
        judged[name] = replace(judged[name], verdict=verdict)
    judged[names[-1]] = Judgement(judged[names[-1]].case, Verdict.NA, (), None, missing=(Capability.SIGN,))
    expectation = Expectation(
        case=names[0], reason="known <b>fault</b>", owner="somebody", link="https://example.org/1",
        until=date(2027, 1, 1), state=State.HOLDS,
    )  # fmt: skip
    return replace(run, judgements=judged, expectations=(expectation,))


def responder(path: Path) -> None:
    """The fake J-LIS, served."""
    with stand(keys_beside(path)) as served:
        bench = ResponderBench(served.facts, timeout=10)
        try:
            run = examine(load_role_catalogue(RESPONDER), bench, target=JLIS, seed=7)
        finally:
            bench.close()
    write(with_failures(run), path)


def with_failures(run: RoleRun[Any]) -> RoleRun[Any]:
    """Return the run with every tenth case failed at its first check."""
    judged = dict(run.judgements)
    for name in list(judged)[::10]:
        checks = judged[name].checks
        broken = tuple(replace(check, actual="<something else>", held=False) for check in checks[:1])
        judged[name] = replace(judged[name], verdict=Verdict.FAIL, checks=(*broken, *checks[1:]))
    return replace(run, judgements=judged)


def card(path: Path) -> None:
    """The emulator."""
    profile, facts = synthetic_card(keys_beside(path), seed=7)
    run = examine(load_role_catalogue(CARD), CardBench(EmulatedCards(profile), facts), target="inprocess", seed=7)
    write(with_failures(run), path)


def tap_client(path: Path) -> None:
    """Reader software with a rule off."""
    mutant = load_role_mutants("tap-client", RoleMutant)[0]
    catalogue = load_role_catalogue(TAP_CLIENT).with_twins(mutant.killed_by)
    cards = Cards(keys_beside(path), seed=7)
    with off_for_a_while(mutant):
        bench = TapBench(TapClient(PythonBinding(EXAMPLE, timeout=10)), InProcessDesk(cards))
        run = examine(catalogue, bench, target=EXAMPLE, seed=7)
    cards.close()
    assert run.count(Verdict.FAIL, Verdict.WARN) > 0
    write(run, path)


def write(run: RoleRun[Any], path: Path) -> None:
    """Write the report of a role."""
    write_role_reports(run, path.parent, language="ja")


def load(path: Path) -> None:
    """A load test with a fault in the middle."""
    result = made_result(shape=Shape.RAMP, rate=60.0, fault=(10.0, 14.0))
    path.write_text(load_page(result, language="ja"), encoding="utf-8")


def stories(path: Path) -> None:
    """Every story, as it came out in one way or another."""
    lines = (Line(AT, "a tap", "かざす"), Line(AT, "  accepted", "  受入れ"))
    times = (Distribution("contact", "接触", tuple(each / 10 for each in range(1, 11))),)
    told = [
        Told(name, outcome, lines, ((Archetype.SERIAL_TAP, "accept"), (Archetype.AUTH, "reject")), "<why>", times)
        for name, outcome in zip(list(STORIES)[::20], cycle(("passed", "failed", "skipped")), strict=False)
    ]
    write_page(path, STORIES, told)


REPORTS: dict[str, Callable[[Path], None]] = {
    "refused": refused,
    "accepted": accepted,
    "responder": responder,
    "card": card,
    "tap-client": tap_client,
}
PAGES: dict[str, Callable[[Path], None]] = {**REPORTS, "load": load, "stories": stories}


def each_of(names: Iterable[str]) -> list[Any]:
    """Return the names as parameters, each page's tests in one process: there it is made once."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


def keys_beside(path: Path) -> KeyPool:
    """Return the keys of all pages of this process: making those is what takes time."""
    return KeyPool(path.parents[1] / "keys")

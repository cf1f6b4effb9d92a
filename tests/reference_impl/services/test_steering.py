"""A service's own policy decides how its statuses are found out, how fresh, and how much must be proved."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from reference_impl.app import main
from reference_impl.backends.opening import DirectBackEnds
from reference_impl.clock import Clock
from reference_impl.configuration import Configuration
from reference_impl.relying_party import RelyingParty
from reference_impl.services.faults import PoliciesRefused
from reference_impl.services.loading import load_policies
from reference_impl.services.starting import Options, open_services
from reference_impl.services.steering import Steering
from reference_impl.status_methods import Inquiry, StatusPolicy, StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from reference_impl.verification.policy import Service
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.revocation_methods import Method
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.verdict import Reason, StatusSource
from tests.reference_impl import pki
from tests.reference_impl.conftest import World, configuration
from tests.reference_impl.responder import GRID, Responder
from tests.reference_impl.services.policies import policy
from tests.reference_impl.test_methods import Says

HOUR = timedelta(hours=1)
BASE = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: STATUS
"""
OCSP = "{method: ocsp, source: jlis, maximum_age: 30m}"


def library(status: str, more: str = "") -> str:
    """The library with this status, and more lines."""
    return BASE.replace("STATUS", status) + more


class Shelves:
    """Lists that are always good, and who asked for them how."""

    def __init__(self) -> None:
        self.asked: list[tuple[timedelta | None, bool]] = []

    def forget(self) -> None:
        """There is nothing to forget."""

    def method(self, configuration: Configuration, maximum_age: timedelta | None, *, is_offline: bool) -> Revocation:
        """Good, as of the last mark."""
        del configuration
        self.asked.append((maximum_age, is_offline))
        return Says("OK", HOUR)


@contextmanager
def party(status: str, more: str = "", **sources: object) -> Iterator[World]:
    """A relying party whose library has this status."""
    database, responder = Database(), Responder()
    policies = load_policies(library(status, more), "services.yaml")
    made = RelyingParty(database, Clock(), StatusSources(responder, **sources), services=policies)  # type: ignore[arg-type]
    world = World(Surface(made, test_surface=True), made, responder, database)
    world.post("configure", configuration())
    world.set_time("2026-11-21T00:20:00Z")
    yield world
    world.close()


def play(world: World, purpose: str, service: str = "library") -> tuple[str, str | None]:
    """Reason and source of a whole attempt."""
    begun = world.begin(purpose, service=service)
    outcome = begun.get("outcome") or world.post("complete", world.present(begun, purpose))["outcome"]
    return outcome["reason"], outcome.get("status", {}).get("source")


@pytest.mark.parametrize(
    ("status", "lists", "asked"),
    [
        (OCSP, [], 1),
        ("{method: crl, source: jlis, maximum_age: 36h}", [(36 * HOUR, False)], 0),
        (
            "{method: ocsp-then-crl, source: jlis, maximum_age: 1h, list_maximum_age: 50h}",
            [(50 * HOUR, False)],
            1,
        ),
        ("{method: offline-crl, source: jlis, maximum_age: 2d}", [(48 * HOUR, True)], 0),
    ],
)
def test_policy_chooses_method_and_age(status: str, lists: list[tuple[timedelta, bool]], asked: int) -> None:
    """Whatever the operator says of all services; the archive, which has no policy, goes by the operator."""
    shelves = Shelves()
    with party(status, lists=shelves, policy=StatusPolicy(methods={"": Method.CRL})) as world:
        shelves.asked.clear()
        world.party.configure(world.party.configuration)
        assert sorted(shelves.asked, key=str) == sorted([*lists, (None, False)], key=str)
        assert play(world, "enrol") == ("OK", "ocsp" if asked else "crl")
        assert len(world.responder.asked) == asked
        assert play(world, "enrol", "archive") == ("OK", "crl")


def test_answer_older_than_the_policy_allows_is_stale() -> None:
    """Half an hour to the second is fresh, and what nextUpdate says does not lengthen it; elsewhere it is good."""
    with party(OCSP) as world:
        world.responder.set(next_update=GRID + 3 * HOUR)
        world.set_time("2026-11-21T00:44:59Z")
        assert play(world, "enrol") == ("OK", "ocsp")
        world.set_time("2026-11-21T00:45:00Z")
        assert play(world, "tap") == ("STATUS_STALE", "ocsp")
        assert play(world, "enrol", "archive") == ("OK", "ocsp")


def test_tap_older_than_the_rule_asks_nobody_and_says_so() -> None:
    """Of the one service that may: no question and no step `status`; its enrolment is asked about as any."""
    with party("{method: none}", "    predates_rule: true\n") as world:
        assert play(world, "enrol") == ("OK", "ocsp")
        world.responder.asked.clear()
        outcome = world.attempt("tap")
        assert (outcome["reason"], "status" in outcome, "status" in outcome["steps"]) == ("OK", False, False)
        assert outcome["steps"][-3:] == ["account", "policy", "done"]
        assert world.responder.asked == []


def test_service_that_needs_a_platform_waits_for_one() -> None:
    """Refused at the beginning where none is connected, with its name; where one is, that one is asked."""
    status = "{method: platform, source: mykey-platform}"
    more = "    needs: [platform]\n"
    text = library(status, more).replace("serial-tap", "ppid-tap")
    (needy,) = load_policies(text, "services.yaml")
    assert Steering([needy], StatusPolicy()).inquiries == {Inquiry(Method.OCSP)}
    for platforms, expected in (({}, ("POLICY", None)), ({"mykey-platform": Says("REVOKED")}, ("REVOKED", "crl"))):
        database, responder = Database(), Responder()
        sources = StatusSources(responder, platforms=platforms)
        made = RelyingParty(database, Clock(), sources, services=[needy])
        world = World(Surface(made, test_surface=True), made, responder, database)
        world.post("configure", configuration())
        world.set_time("2026-11-21T00:20:00Z")
        assert play(world, "enrol") == expected
        begun = world.begin("enrol")
        is_missing = not platforms
        assert ("outcome" in begun) == is_missing
        assert ("runs through mykey-platform" in str(begun)) == is_missing
        assert responder.asked == []
        world.close()


def test_assurance_of_the_policy_holds_in_the_core() -> None:
    """A tap grants level 1: a policy that wants more never loads, and if it did the core would refuse the tap."""
    with pytest.raises(PoliciesRefused, match="assurance-too-high"):
        load_policies(library(OCSP, "    assurance: 2\n"), "services.yaml")
    demanding = policy(library(OCSP), assurance=2)
    database, responder = Database(), Responder()
    made = RelyingParty(database, Clock(), StatusSources(responder), services=[demanding])
    world = World(Surface(made, test_surface=True), made, responder, database)
    world.post("configure", configuration())
    world.set_time("2026-11-21T00:20:00Z")
    assert play(world, "enrol") == ("OK", "ocsp")
    assert play(world, "tap")[0] == "ASSURANCE_TOO_LOW"
    world.close()


def test_policy_lowers_no_assurance() -> None:
    """What the operator configures beyond the policy stands."""
    steering = Steering([policy(library(OCSP))], StatusPolicy())
    services = {"library": Service(frozenset({Purpose.TAP}), 3), "archive": Service(frozenset(), 2)}
    assert {name: each.assurance for name, each in steering.services(services).items()} == {"library": 3, "archive": 2}


@pytest.mark.parametrize(
    ("status", "more", "options", "said"),
    [
        (
            OCSP,
            "",
            Options(methods={"library/auth": Method.CRL}),
            "7: $.services[0].status.method: library: ポリシーは",
        ),
        ("{method: none}", "    predates_rule: true\n", Options(methods={"library/auth": Method.OCSP}), ":7: "),
        ("{method: offline-crl, source: jlis, maximum_age: 2d}", "", Options(), "--lists FOLDER"),
        (
            OCSP,
            "    enrolment: {by: [pin, text]}\n    serves: {residence: [own]}\n",
            Options(),
            ":9: $.services[0].serves",
        ),
    ],
)
def test_options_that_contradict_a_policy_are_refused(
    tmp_path: Path, status: str, more: str, options: Options, said: str
) -> None:
    """With file, line, and both languages; without the option, or with what is missing, the same file is taken."""
    file = tmp_path / "town.yaml"
    file.write_text(library(status, more), encoding="utf-8")
    with pytest.raises(PoliciesRefused) as refused:
        open_services([file], options)
    assert f"{file}:" in str(refused.value)
    assert said in str(refused.value)
    mended = Options(lists=tmp_path, municipality="28215", methods={"archive/auth": Method.CRL})
    assert open_services([file], mended).policies[0].id == "library"


def test_general_option_contradicts_nothing() -> None:
    """It is for services that say nothing of their own."""
    steering = Steering([policy(library(OCSP))], StatusPolicy(methods={"auth": Method.CRL}))
    assert steering.inquiry("library", Purpose.TAP) == Inquiry(Method.OCSP, timedelta(minutes=30))
    assert steering.inquiry("archive", Purpose.LOGIN) == Inquiry(Method.CRL)


def test_process_does_not_start_with_a_contradiction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 and the line on stderr."""
    file = tmp_path / "town.yaml"
    file.write_text(library(OCSP), encoding="utf-8")
    assert main(["--services", str(file), "--status-method", "library/auth=crl"]) == 2
    assert f"{file}:7: $.services[0].status.method" in capsys.readouterr().err


def test_revocation_by_one_service_holds_for_another() -> None:
    """Methods differ, what is known to be revoked is shared: yesterday's list makes nothing good again."""
    status = "{method: crl, source: jlis, maximum_age: 36h}"
    with party(status, lists=Shelves()) as world:
        assert play(world, "enrol") == ("OK", "crl")
        world.responder.says = None
        known = Status(Reason.REVOKED, StatusSource("ocsp", pki.NOW))
        account = world.party.account(pki.leaf())
        back_ends = world.party._back_ends
        assert account is not None
        assert isinstance(back_ends, DirectBackEnds)
        back_ends._known.note((account.issuer_key, 0x07123456), known)
        assert play(world, "tap")[0] == "REVOKED"

"""From what was said and written to verdicts: whose finding it is, what it breaks, and what nobody watched."""

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

from cardsim.holder import Pins
from conformance.case import Case
from conformance.catalogue_loader import Catalogue
from conformance.certification import SuiteVerdict, certify
from conformance.judge import Judgement, Verdict
from conformance.privacy.canary import Canary, Kind, canaries_of, planted, planted_pins
from conformance.privacy.follow import Followed
from conformance.privacy.oracle import Finding, Oracle, Searched
from conformance.privacy.overheard import Heard, HeardBinding, heard_app, printing
from conformance.privacy.place import Place
from conformance.privacy.places import rules
from conformance.privacy.reference import stored_in
from conformance.privacy.told import searched_fields
from conformance.privacy.verdicts import unwatched, with_findings
from conformance.privacy.watch import Watch
from conformance.register import load_register
from conformance.setting import setting
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.contract.launch import LaunchedBinding
from harness.contract.targets import REFERENCE_COMMAND
from harness.contract.vocabulary import Verb
from harness.doors.server import Served
from harness.keys import KeyPool
from harness.terminal.visitor import Visitor

NAME = "標本　樺椎楢楓柊"
CANARY = Canary(Kind.NAME, "login/one", NAME)
SERIAL = Canary(Kind.CERTIFICATE_NUMBER, "login/one", "70000ab")
LOGS = Place.LOGS


class Said:
    """A product that answers what it is told to."""

    def __init__(self, body: bytes, head: bytes = b"") -> None:
        self.body, self.head = body, head

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        """Answer."""
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-said", self.head)]})
        await send({"type": "http.response.body", "body": self.body})

    def __enter__(self) -> Self:
        self.served = Served(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.served.stop()


def oracle() -> Oracle:
    """One that looks for a name and a number."""
    made = Oracle()
    made.plant([CANARY, SERIAL])
    return made


def found(made: Oracle) -> list[tuple[Place, Kind, str]]:
    """What it found."""
    return [(each.place, each.kind, each.where) for each in made.finish().findings]


def test_answers_and_their_headers_are_heard() -> None:
    """Over HTTP; what may stand in an answer is allowed by its verb."""
    made = oracle()
    with Said(b'{"serial": "70000ab"}', NAME.encode("cp932").hex().encode()) as product:
        binding = HeardBinding(HttpBinding(product.served.url), made.heard)
        binding.exchange(Verb.ACCOUNT, b"{}")
        binding.exchange(Verb.COMPLETE, b"{}")
        binding.close()
    assert found(made) == [
        (Place.ANSWERS, Kind.CERTIFICATE_NUMBER, "complete: HTTP 200"),
        (Place.ANSWERS, Kind.NAME, "account: HTTP 200"),
        (Place.ANSWERS, Kind.NAME, "complete: HTTP 200"),
    ]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda url: httpx.post(f"{url}/ocsp/auth", content=b'{"serial":"70000ab"}'), []),
        (lambda url: httpx.post(f"{url}/ocsp/auth?serial=70000ab"), [Kind.CERTIFICATE_NUMBER]),
        (lambda url: httpx.post(f"{url}/ocsp/auth", headers={"x-serial": "70000ab"}), [Kind.CERTIFICATE_NUMBER]),
        (lambda url: httpx.get(f"{url}/crl/{NAME}"), [Kind.NAME]),
        (lambda url: httpx.post(f"{url}/links", content=NAME.encode() * 900), [Kind.NAME]),
        (lambda url: httpx.post(f"{url}/links", content=iter((NAME.encode()[:7], NAME.encode()[7:]))), [Kind.NAME]),
    ],
    ids=["number in the body", "number in the address", "number in a header", "name in a path",
         "in a body", "in two parts"],
)  # fmt: skip
def test_requests_to_the_fake_jlis_are_heard(ask: Callable[[str], Any], expected: list[Kind]) -> None:
    """The number may stand in what is asked, and nowhere else."""
    made = oracle()
    served = Served(heard_app(Said(b""), made.heard))
    try:
        ask(served.url)
    finally:
        served.stop()
    assert [kind for _, kind, _ in found(made)] == expected


def test_what_a_product_prints_is_heard_to_its_last_line() -> None:
    """One that is started here: stdout and stderr, and what it says when it is told to end."""
    made = oracle()
    program = (
        "import sys; from signal import SIG_BLOCK, SIGTERM, pthread_sigmask, sigwait; "
        "pthread_sigmask(SIG_BLOCK, {SIGTERM}); print('listening http://127.0.0.1:9', flush=True); sigwait({SIGTERM}); "
        f"sys.stderr.buffer.write({NAME!r}.encode('euc_jp')); sys.stderr.flush()"
    )
    binding = LaunchedBinding([sys.executable, "-c", program], timeout=5, heard=made.heard.print)
    binding.close()
    assert found(made) == [(Place.OUTPUT, Kind.NAME, "stdout and stderr")]


def test_what_an_object_of_this_process_prints_and_logs_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """And goes on where it went, unless it must not."""
    made = oracle()
    with printing(made.heard):
        print("heard")
        logging.getLogger("product").warning("%s", NAME)
    with printing(made.heard, aloud=False):
        print("not shown", file=sys.stderr)
    assert found(made) == [(Place.OUTPUT, Kind.NAME, "stdout and stderr")]
    shown = capsys.readouterr()
    assert "heard" in shown.out
    assert "not shown" not in shown.err


def test_a_line_that_comes_in_two_looks_is_found_at_its_place() -> None:
    """Octets are counted from the beginning of the output."""
    made = oracle()
    for part in (b"x" * 100, NAME.encode()[:9], NAME.encode()[9:] + b"y" * 3000, NAME.encode()):
        made.heard.print(part)
        made.look()
    (finding,) = (each for each in made.finish().findings if each.encoding == "UTF-8")
    assert (finding.at, finding.times) == (100, 2)


def test_described_findings_show_no_value() -> None:
    """A report with the name in it would be a leak of its own."""
    made = oracle()
    made.heard.print(f"{NAME} serial=70000ab".encode())
    for finding in made.finish().findings:
        assert not any(secret in finding.described for secret in (NAME, NAME[3:], "70000ab"))
        assert "login/one" in finding.described


def test_rules_name_requirements_of_the_register_and_reasons() -> None:
    """What may stand where has a source; what may not breaks a requirement that there is."""
    register = load_register()
    assert set(rules()) == set(Place)
    for rule in rules().values():
        assert {rule.requirement, *rule.instead} <= register.keys()
        assert all(each.source and each.because.ja for each in rule.may)
    never = (Kind.PIN, Kind.PASSWORD, Kind.PERSONAL_NUMBER, Kind.NAME, Kind.ADDRESS)
    parts = ("", "begin", "body")
    assert not any(rule.allows(kind, where) for rule in rules().values() for kind in never for where in parts)


def finding(place: Place, requirement: str, owner: str) -> Finding:
    """A finding."""
    return Finding(place, requirement, Kind.NAME, owner, "app.log", 7, "UTF-8")


@pytest.fixture
def judgements(catalogue: Catalogue) -> dict[str, Judgement]:
    """A run in which everything passed."""
    return {case_id: Judgement(case, Verdict.PASS, (), None) for case_id, case in catalogue.cases.items()}


@pytest.mark.parametrize(
    ("place", "requirement", "owner", "told"),
    [
        (Place.LOGS, "RP-PRIV-001", "privacy/diagnosis-of-a-refusal", "privacy/diagnosis-of-a-refusal"),
        (Place.LOGS, "RP-PRIV-001", "login/counted", "privacy/diagnosis"),
        (Place.LOGS, "RP-PRIV-001", "sign/forged-signature", "privacy/diagnosis-of-a-refusal"),
        (Place.DATABASE, "RP-PRIV-003", "login/counted", "privacy/stored"),
        (Place.LOGS, "RP-PRIV-005", "login/counted", "privacy/identifiers"),
        (Place.QUESTIONS, "RP-PRIV-004", "", "privacy/questions"),
        (Place.ANSWERS, "RP-PRIV-001", "login/counted", "login/counted"),
    ],
)
def test_each_finding_fails_one_case(
    place: Place, requirement: str, owner: str, told: str, judgements: dict[str, Judgement]
) -> None:
    """The case about the place; an answer is its own case's. What is only recommended warns."""
    searched = Searched(dict.fromkeys(Place, 10), (), 1, 1, (finding(place, requirement, owner),))
    after = with_findings(judgements, searched)
    troubled = {case_id: each.verdict for case_id, each in after.items() if each.verdict is not Verdict.PASS}
    assert troubled == {told: Verdict.WARN if requirement == "RP-PRIV-005" else Verdict.FAIL}
    (check,) = (check for check in after[told].checks if not check.held)
    assert check.name == f"privacy {place.value}"
    assert requirement in check.actual


def test_where_no_case_is_about_it_the_resident_s_own_fails(judgements: dict[str, Judgement]) -> None:
    """A part of the catalogue tells of a leak, too."""
    part = {case_id: each for case_id, each in judgements.items() if case_id.startswith("login/")}
    after = with_findings(part, Searched({LOGS: 1}, (), 1, 1, (finding(LOGS, "RP-PRIV-001", "login/counted"),)))
    assert [case_id for case_id, each in after.items() if each.verdict is Verdict.FAIL] == ["login/counted"]


def test_what_was_searched_in_vain_is_a_check_too(judgements: dict[str, Judgement]) -> None:
    """With the number of octets, so that nobody takes silence for a search."""
    after = with_findings(judgements, Searched({LOGS: 12345, Place.OUTPUT: 0}, (), 1, 1, ()))
    assert {(each.name, each.actual, each.held) for each in after["privacy/diagnosis"].checks} == {
        ("privacy logs", "none in 12,345 octets", True),
        ("privacy output", "none in 0 octets", True),
    }


def test_a_case_whose_places_nobody_watched_is_not_applicable(catalogue: Catalogue, tmp_path: Path) -> None:
    """With what to say on the command line; one watched place is enough."""
    case: Case = catalogue.cases["privacy/stored"]
    blind = unwatched(case, Oracle())
    assert blind is not None
    assert blind.verdict is Verdict.NA
    assert blind.observation is not None
    assert "--watch database=PATH" in blind.observation.transcript
    (tmp_path / "a.db").touch()
    assert unwatched(case, Oracle([Watch(Place.DATABASE, str(tmp_path / "a.db"))])) is None
    assert unwatched(catalogue.cases["login/counted"], None) is None


def test_report_says_what_nobody_watched() -> None:
    """NA beside the place, and where nothing was written no PASS."""
    told = searched_fields(Searched({LOGS: 0, Place.OUTPUT: 5}, (), 1, 1, ()))
    assert told is not None
    verdicts = {row["place"]: row["verdict"] for row in told["places"]}
    assert verdicts == {place.value: "NA" for place in Place} | {"output": "PASS"}
    assert searched_fields(None) is None


def test_what_is_planted_is_on_the_card(key_folder: Path) -> None:
    """The certificate carries name and address; the password opens the signature key; all of it is looked for."""
    with setting(KeyPool(key_folder), seed=7, cases=2) as made:
        pins = planted_pins(7, "a/case")
        visitor = Visitor.issue(made.world, pins=pins, **planted(7, "a/case"))
        kinds = {each.kind for each in canaries_of("a/case", visitor.card, visitor.pins)}
        plain = Oracle()
        plain.plant(canaries_of("a/case", visitor.card, visitor.pins))
        plain.heard.print(visitor.card.sign_certificate)
        with visitor.card_in_reader() as card:
            assert len(card.sign_document(visitor.password, b"document")) == 256
    assert kinds == set(Kind) - {Kind.TERMINAL_CREDENTIAL}
    assert {Kind.NAME, Kind.ADDRESS, Kind.CERTIFICATE} <= {each.kind for each in plain.finish().findings}
    assert Pins() != pins


def test_reference_with_its_store_and_log_watched_is_clean(
    catalogue: Catalogue, key_folder: Path, tmp_path: Path
) -> None:
    """As `./kazashi certify` runs it: the privacy cases pass, each with what was searched."""
    words, watches = stored_in(tmp_path)
    names = ("diagnosis-of-a-refusal", "identifiers", "stored", "questions")
    cases = replace(
        catalogue.with_twins([f"privacy/{name}" for name in names]),
        left_out=0,
    )  # fmt: skip
    made = Oracle(watches)
    made.heard.captures_output = True
    binding = LaunchedBinding([*REFERENCE_COMMAND, *words], timeout=10, heard=made.heard.print)
    with (
        RelyingPartyClient(HeardBinding(binding, made.heard)) as client,
        setting(KeyPool(key_folder), seed=7, cases=8, oracle=made) as world,
    ):
        run = certify(cases, client, world, target="reference", seed=7, progress=lambda *_: None, oracle=made)
    assert run.verdict is SuiteVerdict.CONFORMANT, {
        case: [check for check in each.checks if not check.held] for case, each in run.judgements.items()
    }
    assert run.searched is not None
    assert run.searched.octets[Place.DATABASE] > 100_000
    assert run.searched.octets[Place.QUESTIONS] > 1_000
    assert run.searched.canaries >= 5 * len(Kind)


def test_nothing_followed_is_nothing_read() -> None:
    """No watch, no octets."""
    assert list(Followed([]).look()) == []
    assert list(Heard().look()) == []

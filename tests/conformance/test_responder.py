"""The role responder: the fake J-LIS passes, odd and legal passes, each mutant is killed, `openssl ocsp` fails."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from conformance.certification import SuiteVerdict
from conformance.judge import Verdict
from conformance.report.role_write import write_role_reports
from conformance.report.schema import report_schema
from conformance.roles.responder.bench import ResponderBench
from conformance.roles.responder.case import RESPONDER, About, ResponderMutant
from conformance.roles.responder.facts import Facts, Known
from conformance.roles.responder.mutants import edited, faulty, load_responder_mutants
from conformance.roles.responder.stand import Stand, stand
from conformance.roles.responder.target import _der, read_serials
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_run import examine
from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.keys import KeyPool
from tests.conformance.role_runs import assert_killed, assert_names_agree, not_passed

MUTANTS = load_responder_mutants()
LEGAL = (
    Fault.SIGNED_BY_AUTHORITY,
    Fault.RESPONDER_BY_NAME,
    Fault.TWIN_HASH,
    Fault.NO_NEXT_UPDATE,
    Fault.FAR_NEXT_UPDATE,
    Fault.OLD_THIS_UPDATE,
    Fault.EXTRA_SINGLE,
    Fault.EXTRA_SINGLE_FIRST,
    Fault.TWIN_SINGLES,
    Fault.NEVER_ISSUED_GOOD,
    Fault.NEVER_ISSUED_REVOKED,
    Fault.UNSOLICITED_NONCE,
    Fault.UNCRITICAL_EXTENSION,
)
"""Odd, and legal (spec/rfc.md §D)."""
OPENSSL_FAILS = {
    "nonce/empty": "answers a nonce of no octets",
    "nonce/too-long": "answers a nonce of 129 octets",
    "request/trailing-octets": "passes over octets behind the request",
}
OPENSSL_ENDS = ("request/error-without-bytes", "request/no-question", "request/noise", "request/status-defined")
"""Of these requests it waits for more, and ends when the line is closed: it answers nobody after that."""


@pytest.fixture(scope="module")
def catalogue() -> RoleCatalogue:  # type: ignore[type-arg]
    """The catalogue as it is shipped."""
    return load_role_catalogue(RESPONDER)


@pytest.fixture(scope="module")
def made(key_folder: Path) -> Iterator[Stand]:
    """The fake J-LIS, served."""
    with stand(KeyPool(key_folder)) as served:
        yield served


@pytest.fixture(scope="module")
def lightweight(key_folder: Path) -> Iterator[Stand]:
    """The fake J-LIS by RFC 9919."""
    with stand(KeyPool(key_folder), lightweight=True) as served:
        yield served


@contextmanager
def bench(facts: Facts, *, timeout: float = 10.0) -> Iterator[ResponderBench]:
    """Yield a bench that hangs up."""
    made = ResponderBench(facts, timeout=timeout)
    try:
        yield made
    finally:
        made.close()


def without_stages(facts: Facts) -> Facts:
    """Return a responder that nobody can tell the time, as every foreign one is."""
    return replace(facts, stages=None)


def test_fake_jlis_passes_everything(catalogue: RoleCatalogue, made: Stand, lightweight: Stand, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """In its own way but for the profile it does not claim; by RFC 9919 without exception; the reports say so."""
    assert len(catalogue.cases) >= 25
    staged = sum("clock" in case.capabilities for case in catalogue.cases.values())
    with bench(without_stages(made.facts)) as line:
        run = examine(catalogue, line, target="jlis", seed=1)
    assert not_passed(run) == {}
    assert (run.verdict, run.count(Verdict.NA)) == (SuiteVerdict.CONFORMANT_WITHIN, 3 + staged)
    with bench(without_stages(lightweight.facts)) as line:
        other = examine(catalogue, line, target="jlis", seed=2)
    assert (not_passed(other), other.count(Verdict.NA)) == ({}, staged)
    with bench(lightweight.facts) as line:
        run = examine(catalogue, line, target="jlis", seed=1)
    assert not_passed(run) == {}
    assert run.verdict is SuiteVerdict.CONFORMANT
    paths = write_role_reports(run, tmp_path, language="en")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, report_schema())
    assert (report["verdict"], report["counts"]["PASS"]) == ("conformant", len(catalogue.cases))
    assert [path.name for path in paths] == ["index.html", "report.json", "junit.xml", "summary.md"]


def test_story_is_told_by_its_stage_alone(catalogue: RoleCatalogue, made: Stand) -> None:  # type: ignore[type-arg]
    """The responder at the host's time is asked nothing in it: its list of the day may be the one that comes next."""
    nowhere = "http://127.0.0.1:9/"
    staged = [case for case in catalogue.cases.values() if case.story]
    assert staged
    with bench(replace(made.facts, ocsp=nowhere, crl=nowhere)) as line:
        for case in staged:
            assert [each for each in line.play(case).checks if not each.held] == [], case.id


@pytest.mark.parametrize("fault", LEGAL, ids=lambda fault: fault.value)
def test_what_is_legal_though_odd_is_no_failure(fault: Fault, catalogue: RoleCatalogue, made: Stand) -> None:  # type: ignore[type-arg]
    """Nothing fails; a twin hash alone is a warning."""
    made.faults.set(Order(fault, FaultDoor.OCSP_AUTH))
    try:
        with bench(without_stages(made.facts)) as line:
            run = examine(catalogue, line, target=fault.value, seed=1)
    finally:
        made.faults.clear()
    warned = ["answer/hash-asked"] if fault is Fault.TWIN_HASH else []
    assert list(not_passed(run)) == warned
    assert all(run.judgements[case_id].verdict is Verdict.WARN for case_id in warned)


@pytest.mark.parametrize("mutant", [each for each in MUTANTS if not each.edits], ids=lambda mutant: mutant.id)
def test_faulty_responder_is_refused(
    mutant: ResponderMutant,
    catalogue: RoleCatalogue,  # type: ignore[type-arg]
    made: Stand,
    lightweight: Stand,
) -> None:
    """A fault of the fake J-LIS: the cases that name it refuse it for what they look at."""
    with faulty(mutant, lightweight if mutant.lightweight else made) as facts, bench(facts) as line:
        assert_killed(mutant, catalogue, line)


@pytest.mark.parametrize("mutant", [each for each in MUTANTS if each.edits], ids=lambda mutant: mutant.id)
def test_edited_responder_is_refused(mutant: ResponderMutant, catalogue: RoleCatalogue, key_folder: Path) -> None:  # type: ignore[type-arg]
    """A rule of its code off: likewise."""
    with edited(mutant, key_folder) as facts, bench(facts) as line:
        assert_killed(mutant, catalogue, line)


def test_cases_and_mutants_name_each_other(catalogue: RoleCatalogue) -> None:  # type: ignore[type-arg]
    """And no case is there that kills nothing."""
    assert_names_agree(catalogue, MUTANTS)


def test_openssl_ocsp_fails_exactly_where_it_does(catalogue: RoleCatalogue, tmp_path: Path) -> None:  # type: ignore[type-arg]
    """A real responder that is no J-LIS: three failures, and four requests that it does not survive."""
    facts = openssl_certificates(tmp_path)
    lasting = [
        case.id
        for case in catalogue.cases.values()
        if case.id not in OPENSSL_ENDS and set(case.capabilities) <= facts.capabilities
    ]
    with openssl_ocsp(tmp_path) as address, bench(replace(facts, ocsp=address)) as line:
        run = examine(catalogue.with_twins(lasting), line, target=address, seed=1)
    assert set(not_passed(run)) == set(OPENSSL_FAILS)
    assert len(run.judgements) == len(lasting) > 35
    assert run.verdict is SuiteVerdict.NOT_CONFORMANT
    with openssl_ocsp(tmp_path) as address, bench(replace(facts, ocsp=address), timeout=1.0) as line:
        run = examine(catalogue.with_twins(["request/noise"]), line, target=address, seed=3)
    assert run.judgements["request/noise"].verdict is Verdict.TIMEOUT
    assert run.verdict is SuiteVerdict.HARNESS_ERROR


def test_nobody_there_is_no_verdict(catalogue: RoleCatalogue, made: Stand) -> None:  # type: ignore[type-arg]
    """A target that cannot be asked is a harness error; one without facts is inconclusive."""
    with bench(replace(made.facts, ocsp="http://127.0.0.1:9/", crl=None)) as line:
        run = examine(catalogue.with_twins(["answer/good"]), line, target="nobody", seed=1)
    assert run.verdict is SuiteVerdict.HARNESS_ERROR
    with bench(replace(made.facts, ocsp=None, crl=None, stages=None)) as line:
        run = examine(catalogue, line, target="nothing", seed=1)
    assert run.verdict is SuiteVerdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("text", "says"),
    [("good=XY", "--serials 'good=XY'"), ("best=1", "NAME one of good, revoked"), ("", "at least one number")],
)
def test_serials_that_cannot_be_read_are_named(text: str, says: str) -> None:
    """The part, and what was expected."""
    with pytest.raises(ConfigurationError, match=says):
        read_serials(text)


def test_serials_are_read_with_reason_and_instant() -> None:
    """In hexadecimal, as OpenSSL prints them."""
    known = read_serials("good=0A,revoked=0B:keyCompromise@2026-11-01T00:00:00Z")
    assert known[About.GOOD] == Known(10)
    assert (known[About.REVOKED].reason, str(known[About.REVOKED].at)) == ("keyCompromise", "2026-11-01 00:00:00+00:00")


def openssl_certificates(folder: Path) -> Facts:
    """Return the facts of an authority, a delegate and an index made with OpenSSL."""
    revoked = (host_now() - timedelta(days=9)).replace(microsecond=0)
    (folder / "delegate.ext").write_text("extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n", encoding="ascii")
    ends, since = f"{host_now() + timedelta(days=900):%y%m%d%H%M%SZ}", f"{revoked:%y%m%d%H%M%SZ}"
    rows = (
        f"V\t{ends}\t\t0A\tunknown\t/CN=good",
        f"R\t{ends}\t{since},keyCompromise\t0B\tunknown\t/CN=revoked",
        f"R\t{ends}\t{since},certificateHold\t0C\tunknown\t/CN=held",
    )
    (folder / "index.txt").write_text("\n".join((*rows, "")), encoding="ascii")
    name = "/C=JP/O=Kazashi Test/CN="
    for words in (
        f"req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj|{name}CA",
        f"req -newkey rsa:2048 -nodes -keyout r.key -out r.csr -subj|{name}Responder",
        "x509 -req -in r.csr -CA ca.pem -CAkey ca.key -set_serial 5 -days 10 -extfile delegate.ext -out r.pem",
    ):
        plain, _, subject = words.partition("|")
        command = ["openssl", *plain.split(), *filter(None, [subject])]
        subprocess.run(command, check=True, cwd=folder, capture_output=True)
    known = read_serials(f"good=0A,revoked=0B:keyCompromise@{revoked.isoformat()},held=0C:certificateHold,never=0D")
    return Facts(
        "openssl ocsp",
        _der(folder / "ca.pem", "--issuer"),
        known,
        ocsp="http://127.0.0.1/",
        claims=frozenset(("nonce", "get", "batch")),
    )


@contextmanager
def openssl_ocsp(folder: Path) -> Iterator[str]:
    """Yield the address of a running `openssl ocsp`, on a port that it chose."""
    words = "ocsp -index index.txt -port 0 -rsigner r.pem -rkey r.key -CA ca.pem"
    with subprocess.Popen(
        ["openssl", *words.split()], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as it:
        try:
            assert it.stdout is not None
            for line in it.stdout:
                if line.startswith(b"ACCEPT"):
                    break
            yield f"http://127.0.0.1:{line.split()[1].rpartition(b':')[2].decode()}/"
        finally:
            it.kill()

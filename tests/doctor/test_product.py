"""The preflight of a product: each thing that can stand between it and a verdict is found by its own name."""

import json
import socket
from collections.abc import Callable, Iterator

import pytest

from harness.contract.binding import Answer
from harness.contract.check import Finding
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.contract.targets import parse_target, running_target
from harness.contract.vocabulary import Verb
from harness.doctor.product import check_product, preflight_world

Change = Callable[[Verb, bytes], bytes]
NOWHERE = "http://127.0.0.1:9"


class Misled(HttpBinding):
    """An honest product that is told something else than the suite said."""

    def __init__(self, address: str, change: Change) -> None:
        super().__init__(address)
        self._change = change

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Change the request on its way."""
        return super().exchange(verb, self._change(verb, body))


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    """An honest product."""
    with running_target(parse_target("reference")) as address:
        yield address


def found(address: str, change: Change = lambda _, body: body) -> dict[str, Finding]:
    """What the preflight finds, by name."""
    with preflight_world() as made, RelyingPartyClient(Misled(address, change)) as client:
        return {finding.name: finding for finding in check_product(client, made)}


def configured(**fields: object) -> Change:
    """A product that is configured with something else."""

    def change(verb: Verb, body: bytes) -> bytes:
        return json.dumps({**json.loads(body), **fields}).encode() if verb is Verb.CONFIGURE else body

    return change


def elsewhere(verb: Verb, body: bytes) -> bytes:
    """A product whose questions about the status go to where nobody listens."""
    if verb is not Verb.CONFIGURE:
        return body
    message = json.loads(body)
    for address in message["status"]:
        address["ocsp"] = NOWHERE
    return json.dumps(message).encode()


def to_mend(findings: dict[str, Finding]) -> list[str]:
    """The names of what has to be mended."""
    return [name for name, finding in findings.items() if not finding.held]


def test_product_that_is_set_up_well_has_nothing_to_mend(reference: str) -> None:
    """Reached, configured, its clock set, anchors there, the way back open, somebody enrolled."""
    findings = found(reference)
    assert to_mend(findings) == []
    assert list(findings) == [
        "product",
        "configuration",
        "clock mode",
        "clock",
        "anchors",
        "the way back",
        "enrolment",
    ]
    assert findings["clock mode"].actual == "controlled (set_time)"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (configured(authorities=[]), ["anchors"]),
        (configured(card_issuers=[]), ["anchors"]),
        (configured(services=[]), ["enrolment"]),
        (elsewhere, ["the way back", "enrolment"]),
    ],
    ids=["no authorities", "no card issuers", "another service", "J-LIS out of reach"],
)
def test_each_misconfiguration_has_its_own_finding(reference: str, change: Change, names: list[str]) -> None:
    """A missing anchor is not a closed way, and neither is a verdict; each says how to mend it in both languages."""
    findings = found(reference, change)
    assert to_mend(findings) == names
    assert all(findings[name].advice.ja and findings[name].advice.en for name in names)


def test_product_without_set_time_is_looked_at_in_the_host_s_time() -> None:
    """The mode is said, and the enrolment works at the host's time."""

    class Clockless(HttpBinding):
        def exchange(self, verb: Verb, body: bytes) -> Answer:
            answer = super().exchange(verb, body)
            if verb is not Verb.HELLO:
                return answer
            message = json.loads(answer.body)
            return Answer(200, json.dumps({**message, "capabilities": ["enrol"]}).encode())

    with (
        running_target(parse_target("reference")) as address,
        preflight_world() as made,
        RelyingPartyClient(Clockless(address)) as client,
    ):
        findings = {finding.name: finding for finding in check_product(client, made)}
    assert to_mend(findings) == []
    assert findings["clock mode"].actual == "shifted (the host's time)"
    assert "clock" not in findings


def test_nobody_there_is_one_finding() -> None:
    """A closed port ends the preflight with what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert to_mend(found(f"http://127.0.0.1:{port}")) == ["product"]

"""Programs that speak JSON lines, and Python objects: the same contract, the same faults."""

import sys
import time

import pytest

from harness.contract.client import RelyingPartyClient
from harness.contract.faults import Broken, TimedOut, Unreachable
from harness.contract.program_binding import ProgramBinding
from harness.contract.python_binding import PythonBinding
from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError

ECHO = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "answer": {"epoch": request["message"].get("epoch", 0)}}), flush=True)
"""
OBJECT = "tests.contract.object_product"


def program(source: str, *, timeout: float = 30) -> ProgramBinding:
    """A program in Python."""
    return ProgramBinding([sys.executable, "-c", source], timeout=timeout)


def test_program_answers_line_by_line() -> None:
    """Requests and answers are matched by their id, one after the other."""
    with RelyingPartyClient(program(ECHO)) as client:
        for epoch in range(3):
            client.set_time("2026-12-01T00:00:00Z", epoch)


def test_complaint_of_a_program_is_a_4xx() -> None:
    """An `error` is what HTTP says with a 4xx."""
    complaint = '{"what": "w", "where": "x", "expected": "e", "actual": "a"}'
    source = f'input(); print(\'{{"id": 1, "error": {complaint}}}\', flush=True)'
    with (
        RelyingPartyClient(program(source)) as client,
        pytest.raises(Broken, match=r"expected HTTP 200, actual 400.*what"),
    ):
        client.reset()


@pytest.mark.parametrize(
    ("source", "fault", "says"),
    [
        ("input(); print('hello')", Broken, "expected one JSON object a line on stdout, actual 'hello"),
        ('input(); print(\'{"id": 2, "answer": {}}\')', Broken, "expected the answer to 1, actual to 2"),
        ("input(); print('{\"id\": 1}')", Broken, "either `answer` or `error`, actual neither or both"),
        ("input(); print('x' * 2_000_000)", Broken, "at most 1048576 bytes a line"),
        ("input(); print('[' * 5000)", Broken, "expected one JSON object a line"),
        ("import sys; input(); sys.exit('out of paper')", Unreachable, "ended with status 1.*out of paper"),
        ("pass", Unreachable, "actual its end"),
        (
            "import time; input(); time.sleep(60)",
            TimedOut,
            "the program is still running",
        ),
        ("import time; time.sleep(60)", TimedOut, r"no whole answer within 0\.5 s"),
    ],
)
def test_what_a_program_does_wrong_is_named(source: str, fault: type[Exception], says: str) -> None:
    """Each fault within the time-out, with the last words of the program."""
    binding = program(source, timeout=0.5 if fault is TimedOut else 10)
    with RelyingPartyClient(binding) as client, pytest.raises(fault, match=f"(?s){says}"):
        client.reset()


def test_last_words_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the end of a program is known before what it said last has been read."""
    heard = ProgramBinding._complain

    def hears_late(binding: ProgramBinding, line: bytes | None) -> None:
        time.sleep(0.1)  # a fifth of what it is waited for: the machine may be busy besides
        heard(binding, line)

    monkeypatch.setattr(ProgramBinding, "_complain", hears_late)
    with (
        RelyingPartyClient(program("import sys; input(); sys.exit('out of paper')", timeout=10)) as client,
        pytest.raises(Unreachable, match="last words on stderr: 'out of paper"),
    ):
        client.reset()


def test_program_that_does_not_read_is_late() -> None:
    """A request larger than a pipe, and nobody takes it: the run is not held up."""
    binding = program("import time; time.sleep(60)", timeout=0.5)
    with pytest.raises(TimedOut):
        binding.exchange(Verb.RESET, b'"' + b"x" * 500_000 + b'"')
    binding.close()


def test_ended_program_is_started_again() -> None:
    """After its end the next case finds a fresh one; a program that runs is left alone."""
    once = 'import sys; input(); print(\'{"id": 1, "answer": {}}\', flush=True)'
    with RelyingPartyClient(program(once)) as client:
        client.reset()
        with pytest.raises(Unreachable):
            client.reset()
        assert client.revive()
        assert not client.revive()
        client.reset()


def test_program_that_is_not_there_is_a_configuration_fault() -> None:
    """One line that names the command."""
    with pytest.raises(ConfigurationError, match="/no/such/program: expected a program that starts"):
        ProgramBinding(["/no/such/program"], timeout=1)


def test_object_answers_in_this_process() -> None:
    """An object with `answer` is a product; what it does wrong is named as everywhere."""
    with RelyingPartyClient(PythonBinding(f"{OBJECT}:make", timeout=10)) as client:
        assert client.hello().product == "object"
        with pytest.raises(Broken, match=r"actual 400.*expected nothing"):
            client.reset()
        with pytest.raises(Broken, match="actual KeyError\\('account'\\)"):
            client.account(b"")


def test_object_that_falls_asleep_is_late() -> None:
    """It is left behind in its thread, and asked on."""
    binding = PythonBinding(f"{OBJECT}:make", timeout=0.3)
    with RelyingPartyClient(binding) as client:
        with pytest.raises(TimedOut, match=r"within 0\.3 s"):
            client.set_time("2026-12-01T00:00:00Z", 1)
        binding._timeout = 10
        assert client.hello().product == "object"


@pytest.mark.parametrize("factory", ["no.such.module:make", f"{OBJECT}:missing", f"{OBJECT}:nothing"])
def test_factory_that_gives_no_product_is_a_configuration_fault(factory: str) -> None:
    """One line that names the factory."""
    with pytest.raises(ConfigurationError, match="--target python:") as fault:
        PythonBinding(factory, timeout=1)
    assert "\n" not in str(fault.value)

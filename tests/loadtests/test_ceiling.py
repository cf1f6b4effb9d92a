"""What a run's ceilings say, and the generators that measure them."""

import pytest

from loadtests.ceiling import judged_wrk
from loadtests.ceiling.found import Ceilings, ServerCeiling, lines_of, wants_server
from loadtests.ceiling.judged_wrk import Request, drive
from loadtests.ceiling.standing_noop import standing_noop
from loadtests.result import with_ceilings
from loadtests.tally import Shortcoming
from tests.loadtests.conftest import LoadRun
from tests.loadtests.made_results import made_result

ANSWERS = {
    "/good": b'{"reason":"OK"}',
    "/bad": b'{"reason":"REVOKED"}',
    "/spaced": b'{"decision" : "accept", "reason": "OK"}',
    "/odd": b'{"decision":"accept","reason":"REVOKED"}',
}


def test_generator_near_its_own_ceiling_is_named() -> None:
    """From four fifths on the rate is the generator's, and the report says so."""
    near, far = Ceilings(reached=850, generator=1000), Ceilings(reached=400, generator=1000)
    assert (near.is_generator_bound, far.is_generator_bound) == (True, False)
    assert any("BOTTLENECK" in line for line in lines_of(near))
    assert not any("BOTTLENECK" in line for line in lines_of(far))
    assert "ceiling of the generator / 生成器の上限: 1000 requests/s; reached 40% of it" in lines_of(far)


@pytest.mark.parametrize(
    ("generator", "busy", "wanted"),
    [(1000, 0.95, False), (1000, 0.4, True), (110, 0.95, True), (None, None, True)],
    ids=["a core was busy", "no core was busy", "the generator was the limit", "nothing is known"],
)
def test_server_is_asked_by_wrk_where_locust_left_it_open(
    generator: float | None, busy: float | None, wanted: object
) -> None:
    """Where a core of it was busy, the run itself has shown what it does."""
    assert wants_server(100, generator, busy) is wanted


def test_wrong_verdict_under_wrk_is_counted() -> None:
    """It is a wrong verdict like any other."""
    server = [ServerCeiling("complete", 1, 1, 1, 2), ServerCeiling("begin", 1, 1, 1, 0)]
    assert Ceilings(reached=1, server=server).wrong == 2


@pytest.mark.parametrize(
    ("wrong", "strange", "because"),
    [
        (0, 0, []),
        (1, 0, [Shortcoming.WRONG]),
        (0, 1, [Shortcoming.ERRORS]),
        (2, 3, [Shortcoming.WRONG, Shortcoming.ERRORS]),
    ],
)
def test_run_does_not_pass_by_what_wrk_alone_saw(wrong: int, strange: int, because: list[Shortcoming]) -> None:
    """A wrong verdict, or an answer other than HTTP 200, of the thousands that only wrk asks for: and only once."""
    found = Ceilings(reached=1, server=[ServerCeiling("complete", 1, 1, 1, wrong, "", strange)])
    result = with_ceilings(with_ceilings(made_result(), found), found)
    assert result.because == because
    assert result.verdict == ("fail" if because else "pass")


def test_wrk_judges_each_answer() -> None:
    """Every request is sent once, and compared with what is right of it; the no-op target answers by path."""
    if not judged_wrk.is_there():
        pytest.skip(judged_wrk.MISSING)
    right = [Request("/good", b"x" * 2000, '"OK"'), Request("/bad", b"", '"REVOKED"')] * 40
    wrong = [Request("/good", b"x", '"REVOKED"'), Request("/nowhere", b"x", '"OK"')] * 10
    with standing_noop(ANSWERS) as address:
        found = drive(address, right + wrong, 1, once=True, connections=4)
        endless = drive(address, right, 1, connections=4)
    # wrk draws one request of its first thread before it begins, and does not send it
    assert 79 <= found.right <= 80
    assert (found.wrong, found.strange, found.errors) == (10, 10, 0)
    assert found.sample == 'expected "REVOKED", actual {"reason":"OK"}'
    assert endless.right > 100
    assert (endless.wrong, endless.strange, endless.errors) == (0, 0, 0)


def test_wrk_reads_decision_and_reason_however_they_are_written() -> None:
    """Spaces around a colon are JSON; either of two right verdicts will do; a reason with another decision will not."""
    if not judged_wrk.is_there():
        pytest.skip(judged_wrk.MISSING)
    accept, reject = '"decision":"accept"&"reason":"OK"', '"decision":"reject"&"reason":"REVOKED"'
    with standing_noop(ANSWERS) as address:
        for path, want, right in (
            ("/spaced", accept, True),
            ("/spaced", f"{reject}|{accept}", True),
            ("/spaced", reject, False),
            ("/odd", f"{reject}|{accept}", False),
        ):
            found = drive(address, [Request(path, b"x", want)] * 20, 1, once=True, connections=2)
            assert (found.right > 0, found.wrong > 0) == (right, not right), (path, want, found.sample)


def test_ceilings_stand_beside_the_result(load_run: LoadRun) -> None:
    """The generator's own, measured in the same run, and the server's where wrk is there; nothing wrong in either."""
    done = load_run("--ceiling", "1", "--seconds", "1")
    assert done.exit_code == 0, done.said
    found = done.written["ceilings"]
    assert found["generator"] > 0
    assert found["target_busy"] > 0
    assert "ceiling of the generator / 生成器の上限" in done.said
    if judged_wrk.is_there():
        assert [each["name"] for each in found["server"]] in ([], ["begin", "complete", "visit"])
        assert sum(each["wrong"] for each in found["server"]) == 0
    elif not found["server"]:
        assert found["left_out"] == [judged_wrk.MISSING]


def test_core_is_compared_with_a_bare_loop(load_run: LoadRun) -> None:
    """By the seconds of a processor, in one run, over the same logins."""
    done = load_run("--target", "python:reference_impl.verification", "--ceiling", "1")
    assert done.exit_code == 0, done.said
    found = done.written["ceilings"]
    # the figure itself is for docs/load.md: no test may depend on how fast a machine is while others work on it
    assert 0 < found["reached"] < 2 * found["in_process"]

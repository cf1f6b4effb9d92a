"""Challenges: fresh, bound to their session, used once, young."""

import asyncio
from base64 import b64decode

import httpx

from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, World
from tests.reference_impl.test_outcomes import refused


def test_each_attempt_has_a_fresh_challenge_of_32_bytes(enrolled: World) -> None:
    """Two attempts get two challenges, 32 bytes each."""
    challenges = {b64decode(enrolled.begin("login")["challenge"]) for _ in range(2)}
    assert [len(each) for each in challenges] == [32, 32]


def test_second_use_is_a_replay(enrolled: World) -> None:
    """What was accepted once is CHALLENGE_REPLAYED the second time, without a status question."""
    begun = enrolled.begin("login")
    message = enrolled.present(begun, "login")
    assert enrolled.post("complete", message)["outcome"]["reason"] == "OK"
    enrolled.responder.asked.clear()
    refused(enrolled.post("complete", message)["outcome"], "CHALLENGE_REPLAYED", "place")
    assert enrolled.responder.asked == []


def test_challenge_of_a_failed_attempt_is_spent(enrolled: World) -> None:
    """A wrong signature spends the challenge, so the right one afterwards is a replay."""
    begun = enrolled.begin("login")
    wrong = enrolled.present(begun, "login", signature=pki.sign("chip", b64decode(begun["challenge"])))
    refused(enrolled.post("complete", wrong)["outcome"], "BAD_SIGNATURE", "challenge")
    right = enrolled.present(begun, "login")
    refused(enrolled.post("complete", right)["outcome"], "CHALLENGE_REPLAYED", "place")


def test_malformed_presentation_leaves_the_challenge_unspent(enrolled: World) -> None:
    """A presentation that ends before the challenge step changes nothing."""
    begun = enrolled.begin("login")
    broken = enrolled.present(begun, "login", certificate=pki.leaf()[:-1])
    refused(enrolled.post("complete", broken)["outcome"], "MALFORMED", None)
    assert enrolled.post("complete", enrolled.present(begun, "login"))["outcome"]["reason"] == "OK"


def test_challenge_of_another_session_is_a_mismatch(enrolled: World) -> None:
    """A proof made for a parallel session is refused in this one, and this one is spent."""
    mine, other = enrolled.begin("login"), enrolled.begin("login")
    message = enrolled.present(other, "login")
    message["session"] = mine["session"]
    refused(enrolled.post("complete", message)["outcome"], "CHALLENGE_MISMATCH", "place")
    refused(enrolled.post("complete", enrolled.present(mine, "login"))["outcome"], "CHALLENGE_REPLAYED", "place")
    assert enrolled.post("complete", enrolled.present(other, "login"))["outcome"]["reason"] == "OK"


def test_unknown_session_is_a_mismatch(enrolled: World) -> None:
    """A session nobody began is CHALLENGE_MISMATCH, not a broken message."""
    message = enrolled.present(enrolled.begin("login"), "login")
    message["session"] = "0" * 48
    refused(enrolled.post("complete", message)["outcome"], "CHALLENGE_MISMATCH", "decode")


def test_lifetime_ends_after_300_seconds(enrolled: World) -> None:
    """One second inside the declared lifetime is accepted, one second outside is CHALLENGE_EXPIRED."""
    for instant, reason in (("2026-11-21T00:24:59Z", "OK"), ("2026-11-21T00:25:01Z", "CHALLENGE_EXPIRED")):
        enrolled.set_time("2026-11-21T00:20:00Z")
        message = enrolled.present(enrolled.begin("login"), "login")
        enrolled.set_time(instant, 2)
        outcome = enrolled.post("complete", message)["outcome"]
        assert (outcome["reason"], outcome["epoch"]) == (reason, 2)


def test_challenge_from_the_future_is_refused(enrolled: World) -> None:
    """A clock set back makes a challenge unusable instead of long-lived."""
    message = enrolled.present(enrolled.begin("login"), "login")
    enrolled.set_time("2026-11-21T00:19:59Z", 2)
    refused(enrolled.post("complete", message)["outcome"], "CHALLENGE_EXPIRED", "place")


def complete_in_parallel(world: World, messages: list[Message]) -> list[str]:
    """The reasons of many completions sent at once."""

    async def send() -> list[str]:
        transport = httpx.ASGITransport(world.surface)
        async with httpx.AsyncClient(transport=transport, base_url="http://rp.test") as client:
            sent = [client.post("/kazashi/v1/complete", json=each) for each in messages]
            return [each.json()["outcome"]["reason"] for each in await asyncio.gather(*sent)]

    return asyncio.run(send())


def test_fifty_parallel_completions_give_one_acceptance(enrolled: World) -> None:
    """Of 50 completions of one challenge at once exactly one is accepted; the others are replays."""
    message = enrolled.present(enrolled.begin("login"), "login")
    reasons = complete_in_parallel(enrolled, [message] * 50)
    assert sorted(reasons) == ["CHALLENGE_REPLAYED"] * 49 + ["OK"]


def test_parallel_enrolments_open_one_account(world: World) -> None:
    """Of ten enrolments of one holder at once exactly one opens the account."""
    messages = [world.present(world.begin("enrol"), "enrol") for _ in range(10)]
    reasons = complete_in_parallel(world, messages)
    assert sorted(reasons) == ["ALREADY_ENROLLED"] * 9 + ["OK"]


def test_reset_forgets_sessions_and_accounts_but_not_the_configuration(enrolled: World) -> None:
    """After a reset an old session is unknown and the holder a stranger, and enrolling works at once."""
    message = enrolled.present(enrolled.begin("login"), "login")
    enrolled.post("reset", {})
    refused(enrolled.post("complete", message)["outcome"], "CHALLENGE_MISMATCH", "decode")
    refused(enrolled.attempt("login"), "NOT_ENROLLED", "status")
    assert enrolled.attempt("enrol")["reason"] == "OK"

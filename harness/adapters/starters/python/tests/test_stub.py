"""The stub keeps its promises: fresh challenges, each spent once, the epoch in each outcome, nobody accepted."""

import unittest
from datetime import UTC, datetime, timedelta

from kazashi_adapter.contract.answers import Begun, Outcome
from kazashi_adapter.contract.requests import Attempt, Presentation
from kazashi_adapter.contract.words import Decision, Environment, Purpose, Reason
from kazashi_adapter.stub.product import StubProduct

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LOGIN = Attempt(Purpose.LOGIN, "library", Environment.ONLINE)


class StubTest(unittest.TestCase):
    """One stub, its clock set to noon in epoch 7."""

    def setUp(self) -> None:
        """Make the stub."""
        self.product = StubProduct()
        self.product.set_time(NOON, 7)

    def begin(self) -> Begun:
        """Return a login that was begun."""
        begun = self.product.begin(LOGIN)
        if not isinstance(begun, Begun):
            self.fail(f"expected a session, actual {begun}")
        return begun

    def complete(self, session: str, challenge: bytes) -> Outcome:
        """Return the outcome of presenting a challenge; in all of them nobody is accepted and the epoch comes back."""
        outcome = self.product.complete(session, Presentation(challenge, b"certificate", b"signature"))
        self.assertIs(outcome.decision, Decision.REJECT)
        self.assertEqual(outcome.epoch, 7)
        return outcome

    def test_challenges_are_fresh(self) -> None:
        """32 bytes, never the same, and so are the names."""
        begun = [self.begin() for _ in range(20)]
        self.assertEqual({len(each.challenge) for each in begun}, {32})
        self.assertEqual(len({each.challenge for each in begun}), 20)
        self.assertEqual(len({each.session for each in begun}), 20)

    def test_challenge_is_spent_once(self) -> None:
        """The first time it is ours and nothing else is verified; the second time it is a replay."""
        begun = self.begin()
        self.assertIs(self.complete(begun.session, begun.challenge).reason, Reason.POLICY)
        self.assertIs(self.complete(begun.session, begun.challenge).reason, Reason.CHALLENGE_REPLAYED)

    def test_wrong_challenge_spends_the_right_one(self) -> None:
        """A session has one try."""
        begun = self.begin()
        self.assertIs(self.complete(begun.session, bytes(32)).reason, Reason.CHALLENGE_MISMATCH)
        self.assertIs(self.complete(begun.session, begun.challenge).reason, Reason.CHALLENGE_REPLAYED)

    def test_unknown_session_is_a_mismatch(self) -> None:
        """So is one that was forgotten."""
        begun = self.begin()
        self.product.reset()
        self.assertIs(self.complete(begun.session, begun.challenge).reason, Reason.CHALLENGE_MISMATCH)

    def test_challenge_is_good_for_300_seconds(self) -> None:
        """To the second, and not before it was drawn."""
        for seconds, reason in ((300, Reason.POLICY), (301, Reason.CHALLENGE_EXPIRED), (-1, Reason.CHALLENGE_EXPIRED)):
            with self.subTest(seconds=seconds):
                self.product.set_time(NOON, 7)
                begun = self.begin()
                self.product.set_time(NOON + timedelta(seconds=seconds), 7)
                self.assertIs(self.complete(begun.session, begun.challenge).reason, reason)

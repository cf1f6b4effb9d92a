"""Each published view equals the register as of its own thisUpdate, whatever happened before and happens after.

Random histories of some people, told to the world and to a naive register that shares no code with it: the register,
lists of every practice, OCSP, links, record checks, attributes, consents, and what stands on the cards. A longer run:
`HYPOTHESIS_PROFILE=long` with `--timeout=0`.
"""

import pytest
from cryptography import x509
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from harness.chronicle import EventRefused
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.residents import written_name
from tests.harness.histories.lives import CARD_DAYS, people
from tests.harness.histories.served import Served
from tests.harness.naive_register import RULES


class History(Served):
    """One history, and the cards that come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[tuple[str, int], str] = {}

    @rule(who=people)
    def look_at_card(self, who: int) -> None:
        """The card tells what was last written on it, and carries the last certificates issued for it."""
        holder_id = self.somebody(who)
        holder = self.naive.holders[holder_id]
        if not holder.has_card:
            with pytest.raises(EventRefused):
                self.world.card_of(holder_id)
            return
        card, naive = self.world.card_of(holder_id), holder.card
        found = {kind.value: x509.load_der_x509_certificate(der) for kind, der in card.certificates.items()}
        assert {kind: leaf.serial_number for kind, leaf in found.items()} == {
            kind: one.serial for kind, one in naive.certificates.items()
        }
        assert self.cards.setdefault((holder_id, naive.number), card.profile.serial) == card.profile.serial
        assert len(set(self.cards.values())) == len(self.cards), "another card has another number"
        told, line = card.resident, naive.line
        assert line is not None
        assert naive.ends is not None
        assert (written_name(told), told.address, told.birth_date, told.sex) == line.four
        assert told.municipality == line.place
        assert told.card_expiry == CARD_DAYS[naive.ends]

    def teardown(self) -> None:
        """Look at everything once more."""
        if self.naive.holders:
            for who in range(len(self.naive.holders)):
                self.look_at_card(who)
            self.look_at_everything()
            self.world.close()


def test_every_view_equals_the_register_as_of_its_own_instant(keys: KeyPool) -> None:
    """Random histories of every event, looked at while they happen and afterwards at any instant."""
    machine = type("HistoryOfThisSession", (History,), {"keys": keys})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=settings().max_examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        ),
    )


def test_the_naive_register_knows_every_event() -> None:
    """An event that is added without its rule here fails."""
    assert sorted(RULES) == sorted(event.value for event in LifeEvent)

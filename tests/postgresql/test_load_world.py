"""`kazashi load run --world URL`: the register of a server elsewhere, read where it is while its owner has it open."""

import pytest
from sqlalchemy import URL

from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import World
from loadtests.targets.snapshot import register_of
from tests.harness.instants import jst
from tests.postgresql.conftest import NewStore


def test_register_is_read_where_it_is(keys: KeyPool, store: URL) -> None:
    """With what happened until then; its owner goes on, and nothing of theirs is changed."""
    owner = World.create(keys, seed=5, start=jst("2026-12-01T00:00:00"), store=store)
    lost, kept = owner.new_resident(), owner.new_resident()
    for each in (lost, kept):
        owner.issue_card(each.id)
    owner.clock.set(jst("2026-12-02T09:00:00"))
    owner.lose(lost.id)
    with register_of(keys, store.render_as_string(hide_password=False)) as world:
        assert [each.id for each in world.residents()] == [lost.id, kept.id]
        assert world.clock.now() == owner.clock.now()
    owner.lose(kept.id)
    owner.close()


def test_database_without_a_world_is_refused(keys: KeyPool, new_store: NewStore) -> None:
    """One line with where, expected and actual; nothing is made in it."""
    with pytest.raises(ConfigurationError, match="expected"), register_of(keys, str(new_store())):
        pytest.fail("opened")

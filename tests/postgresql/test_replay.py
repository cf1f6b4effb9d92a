"""The tests of tests/harness/test_replay.py over PostgreSQL."""

from tests.harness import test_replay
from tests.postgresql.same import same_tests

vars().update(same_tests(test_replay))

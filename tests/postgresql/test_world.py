"""The tests of tests/harness/test_world.py over PostgreSQL."""

from tests.harness import test_world
from tests.postgresql.same import same_tests

vars().update(same_tests(test_world))

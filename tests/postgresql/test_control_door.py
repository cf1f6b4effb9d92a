"""The tests of tests/harness/test_control_door.py over PostgreSQL."""

from tests.harness import test_control_door
from tests.postgresql.same import same_tests

vars().update(same_tests(test_control_door))

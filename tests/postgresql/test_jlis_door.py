"""The tests of tests/harness/test_jlis_door.py over PostgreSQL."""

from tests.harness import test_jlis_door
from tests.postgresql.same import same_tests

vars().update(same_tests(test_jlis_door))

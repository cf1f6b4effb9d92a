"""The tests of tests/harness/test_killed.py over PostgreSQL: the writer is killed, its server is not."""

from tests.harness import test_killed
from tests.postgresql.same import same_tests

vars().update(same_tests(test_killed))

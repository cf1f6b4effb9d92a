"""The tests of tests/harness/test_crowds.py over PostgreSQL."""

from tests.harness import test_crowds
from tests.postgresql.same import same_tests

vars().update(same_tests(test_crowds))

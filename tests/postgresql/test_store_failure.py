"""The tests of tests/harness/test_store_failure.py over PostgreSQL."""

from tests.harness import test_store_failure
from tests.postgresql.same import same_tests

vars().update(same_tests(test_store_failure))

"""The tests of tests/harness/test_store.py over PostgreSQL."""

from tests.harness import test_store
from tests.postgresql.same import same_tests

vars().update(same_tests(test_store))

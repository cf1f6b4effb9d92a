"""The tests of tests/harness/test_services.py over PostgreSQL."""

from tests.harness import test_services
from tests.postgresql.same import same_tests

vars().update(same_tests(test_services))

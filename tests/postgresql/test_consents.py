"""The tests of tests/harness/test_consents.py over PostgreSQL."""

from tests.harness import test_consents
from tests.postgresql.same import same_tests

vars().update(same_tests(test_consents))

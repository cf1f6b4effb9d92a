"""The races of tests/reference_impl/accounts over PostgreSQL: decided at rows, by the same code."""

from tests.postgresql.same import same_tests
from tests.reference_impl.accounts import test_races

vars().update(same_tests(test_races))

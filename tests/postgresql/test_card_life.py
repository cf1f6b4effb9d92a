"""The tests of tests/harness/test_card_life.py over PostgreSQL."""

from tests.harness import test_card_life
from tests.postgresql.same import same_tests

vars().update(same_tests(test_card_life))

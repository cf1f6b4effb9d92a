"""The role platform-client: the example passes beside the fake platform, and each rule off is killed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conformance.certification import SuiteVerdict
from conformance.roles.platform_client.bench import PlatformBench, platform_bench
from conformance.roles.platform_client.case import PLATFORM_CLIENT, PlatformCase
from conformance.roles.platform_client.tokens import read, signed, signed_by_public_key, unsigned
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.role_run import examine
from conformance.roles.rule_off import off_for_a_while
from conformance.targets.platform_client import PlatformProduct
from harness.contract.client import PlatformClient
from harness.contract.python_binding import PythonBinding
from tests.conformance.role_runs import assert_killed, assert_names_agree, not_passed

Catalogue = RoleCatalogue[PlatformCase]
MUTANTS = load_role_mutants("platform-client", RoleMutant)
EXAMPLE = "conformance.targets.platform_client:make"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue as it is shipped."""
    return load_role_catalogue(PLATFORM_CLIENT)


@contextmanager
def bench(factory: str = EXAMPLE) -> Iterator[PlatformBench]:
    """Yield a product in this process beside its platform."""
    with platform_bench(PlatformClient(PythonBinding(factory, timeout=10))) as made:
        yield made


def test_example_passes_everything(catalogue: Catalogue) -> None:
    """Fifteen designs and more, whatever the order."""
    with bench() as made:
        run = examine(catalogue, made, target=EXAMPLE, seed=2)
    assert not_passed(run) == {}
    assert run.verdict is SuiteVerdict.CONFORMANT
    assert len(catalogue.cases) >= 15


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_client_with_a_rule_off_is_refused(mutant: RoleMutant, catalogue: Catalogue) -> None:
    """The cases that name it refuse it for what they look at, and their twins pass."""
    with off_for_a_while(mutant), bench() as made:
        assert_killed(mutant, catalogue, made)


def test_cases_and_mutants_name_each_other(catalogue: Catalogue) -> None:
    """And no case is there that kills nothing."""
    assert_names_agree(catalogue, MUTANTS)


def test_product_of_another_platform_is_inconclusive(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of the others' protocols: no applicable case is no pass."""
    hello = {
        "contract": "1.0",
        "role": "platform-client",
        "product": "other",
        "version": "1",
        "capabilities": ["kiosk"],
    }
    monkeypatch.setattr(PlatformProduct, "answer", lambda *_: hello)
    with bench() as made:
        run = examine(catalogue, made, target=EXAMPLE, seed=1)
    assert run.verdict is SuiteVerdict.INCONCLUSIVE


def test_tokens_are_what_their_names_say() -> None:
    """The judge's own reading takes the well signed one alone."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key  # noqa: PLC0415

    key, other = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    claims = {"sub": "one"}
    assert read(signed(claims, key, "k"), key.public_key()) == claims
    spoiled = (signed(claims, other, "k"), unsigned(claims), signed_by_public_key(claims, key.public_key(), "k"), "a.b")
    for token in spoiled:
        with pytest.raises(ValueError, match=r"expected|not enough"):
            read(token, key.public_key())

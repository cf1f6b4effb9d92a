"""What `--target` may name: something on this machine."""

import pytest

from harness.contract.targets import running_target
from harness.errors import ConfigurationError
from loadtests.target import parse_own_target


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080", "http://localhost:1", "https://[::1]:8443"])
def test_address_of_this_machine_is_used_as_it_is(address: str) -> None:
    """A product that already runs is neither started nor ended."""
    with running_target(parse_own_target(address)) as found:
        assert found == address


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("http://192.0.2.1:8080", "expected an address of this machine"),
        ("https://relying-party.example", "expected an address of this machine"),
        ("http://127.0.0.1.example", "expected an address of this machine"),
        ("http://", "expected reference, http://host:port"),
        ("http://[", "Invalid IPv6 URL; correct the target"),
        ("lines:perl x.pl", "expected a product with an HTTP address"),
        ("nonsense", "expected reference"),
        ("command:", "expected reference"),
        ("command:'", "No closing quotation; correct the target"),
        ("command:/no/such/program", "expected a program that starts"),
    ],
)
def test_unusable_target_is_a_configuration_fault(target: str, says: str) -> None:
    """One line; in particular, load is sent to no other machine."""
    with pytest.raises(ConfigurationError, match=says) as fault, running_target(parse_own_target(target)):
        pass
    assert "\n" not in str(fault.value)

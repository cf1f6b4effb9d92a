"""What `--target` may name, and where load is never sent."""

import pytest

from harness.contract.targets import Address, Command
from harness.errors import ConfigurationError
from loadtests.targets.grammar import Core, LoadTarget, Product, Readers, Server, TargetKind, parse_target
from loadtests.targets.reach import require_own


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("http://127.0.0.1:8080", Product(Address("http://127.0.0.1:8080"))),
        ("command:perl x.pl", Product(Command(("perl", "x.pl")))),
        ("ocsp:http://127.0.0.1:1/ocsp", Server(TargetKind.OCSP, "http://127.0.0.1:1/ocsp")),
        ("crl:own", Server(TargetKind.CRL, None)),
        ("platform:own", Server(TargetKind.PLATFORM, None)),
        ("python:reference_impl.verification", Core("reference_impl.verification", "under_load")),
        ("python:vendor.core:make", Core("vendor.core", "make")),
        ("pcsc:Kazashi A 00 00,Kazashi B 00 00", Readers(("Kazashi A 00 00", "Kazashi B 00 00"))),
    ],
)
def test_each_kind_of_target_has_its_word(text: str, means: LoadTarget) -> None:
    """The text decides which users come and how they judge."""
    assert parse_target(text) == means


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://", "expected reference, http://host:port"),
        ("http://[", "Invalid IPv6 URL; correct the target"),
        ("lines:perl x.pl", "expected a product with an HTTP address"),
        ("nonsense", "expected reference"),
        ("command:", "expected reference"),
        ("command:'", "No closing quotation; correct the target"),
        ("ocsp:", "expected an http or https address"),
        ("ocsp:ftp://127.0.0.1", "expected an http or https address"),
        ("crl:http://user:secret@127.0.0.1/", "without user and password"),
        ("python:", "expected python:MODULE"),
        ("python:a-b", "expected python:MODULE"),
        ("pcsc:", "expected readers whose names begin with 'Kazashi'"),
        ("pcsc:Kazashi A, Sony FeliCa", "a real card may be in it"),
    ],
)
def test_unusable_target_is_a_configuration_fault(text: str, says: str) -> None:
    """One line; and a reader that may hold a real card is never ours."""
    with pytest.raises(ConfigurationError, match=says) as fault:
        parse_target(text)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "https://[::1]:8443/x"])
def test_this_machine_may_be_loaded(url: str) -> None:
    """Without any further word."""
    require_own(url, url, own=False)


@pytest.mark.parametrize("url", ["http://192.0.2.1:8080", "https://rp.example", "http://127.0.0.1.example"])
def test_another_machine_only_by_whoever_owns_it(url: str) -> None:
    """It has to be said, and then it may."""
    with pytest.raises(ConfigurationError, match="--i-own-this-target"):
        require_own(url, url, own=False)
    require_own(url, url, own=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://ocspauthnorm.jpki.go.jp",
        "https://x.lg.jp.:8443/",
        "https://SB-auth-and-sign.GO.JP/",
        "http://www.lg\u3002jp/",
        "http://www.\uff4c\uff47.jp",
    ],
)
def test_production_never(url: str) -> None:
    """Not even by whoever says that it is theirs."""
    with pytest.raises(ConfigurationError, match="a name of production"):
        require_own(url, url, own=True)

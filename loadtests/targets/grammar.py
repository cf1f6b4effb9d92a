"""From the text after `--target` to what load is sent to. Nothing is asked here; `preflight` does that.

reference                    the reference relying party, started as a process of its own
http://127.0.0.1:8080        a product with the HTTP contract that runs already; http and https
command:PROGRAM              such a product, started here
ocsp:URL, crl:URL            an OCSP responder; a server of revocation lists, by the address of its index
ocsp:own, crl:own            ours, started as a process of its own
python:MODULE[:FACTORY]      a verification core in the users' own process, e.g. python:reference_impl.verification
pcsc:READER                  the card in a reader whose name begins with "Kazashi"; several with commas
platform:URL                 a platform that answers signed questions; platform:own starts the reference's
"""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from harness.contract import targets
from harness.contract.targets import Address, Command
from harness.errors import ConfigurationError

OWN = "own"
OUR_READERS = "Kazashi"


class TargetKind(StrEnum):
    """Which users visit it, and how its answers are judged."""

    PRODUCT = "product"
    OCSP = "ocsp"
    CRL = "crl"
    CORE = "core"
    CARDS = "cards"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Product:
    """A relying party with the HTTP contract."""

    how: Address | Command
    kind = TargetKind.PRODUCT


@dataclass(frozen=True, slots=True)
class Server:
    """A responder, a server of lists, or a platform; without an address ours is started."""

    kind: TargetKind
    url: str | None


@dataclass(frozen=True, slots=True)
class Core:
    """A Python module whose factory makes a verifier."""

    module: str
    factory: str
    kind = TargetKind.CORE


@dataclass(frozen=True, slots=True)
class Readers:
    """PC/SC readers, by name."""

    names: tuple[str, ...]
    kind = TargetKind.CARDS


LoadTarget = Product | Server | Core | Readers
FACTORY = "under_load"
"""What a module of a core is asked for when the target names no factory."""


def parse_target(text: str) -> LoadTarget:
    """Return what load is sent to; ConfigurationError for what cannot be."""
    word, _, rest = text.partition(":")
    match word:
        case TargetKind.OCSP | TargetKind.CRL | TargetKind.PLATFORM:
            return Server(TargetKind(word), None if rest == OWN else _http(text, rest))
        case "python":
            return _core(text, rest)
        case "pcsc":
            return _readers(text, rest)
    how = targets.parse_target(text)
    if not isinstance(how, Address | Command):
        raise ConfigurationError(f"--target {text!r}: expected a product with an HTTP address; use http or command")
    return Product(how)


def _http(text: str, url: str) -> str:
    """Return an address; its faults are named as those of a product's."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigurationError(f"--target {text!r}: expected an http or https address after the colon, or `{OWN}`")
    targets.parse_target(url)
    return url


def _core(text: str, rest: str) -> Core:
    module, _, factory = rest.partition(":")
    if not all(part.isidentifier() for part in module.split(".")) or not (factory or FACTORY).isidentifier():
        raise ConfigurationError(f"--target {text!r}: expected python:MODULE or python:MODULE:FACTORY")
    return Core(module, factory or FACTORY)


def _readers(text: str, rest: str) -> Readers:
    names = tuple(name.strip() for name in rest.split(","))
    for name in names:
        if not name.startswith(OUR_READERS):
            raise ConfigurationError(
                f"--target {text!r}: expected readers whose names begin with {OUR_READERS!r}, actual {name!r}; "
                "a real card may be in it, and load would spend its tries"
            )
    return Readers(names)

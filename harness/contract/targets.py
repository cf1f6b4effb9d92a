"""From the text after `--target` to a running product.

reference                the reference relying party, started as a process of its own
http://127.0.0.1:8080    a product that already runs
command:perl mine.pl     a product that is started, listens on HTTP, and is ended afterwards
lines:node mine.js       a program that is started and speaks JSON lines on stdin and stdout
python:mine.test:make    a Python object in this process
"""

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.contract.binding import Binding
from harness.contract.http_binding import HttpBinding
from harness.contract.launch import LaunchedBinding, LaunchedProduct
from harness.contract.program_binding import ProgramBinding
from harness.contract.python_binding import PythonBinding
from harness.errors import ConfigurationError

REFERENCE = "reference"
REFERENCE_COMMAND = (sys.executable, "-m", "reference_impl.app", "--test-surface")
"""By name and not by import: the reference is reached through its door like any product."""
TIMEOUT = 10.0
"""Seconds for a whole answer."""


@dataclass(frozen=True, slots=True)
class Address:
    """A product that already runs."""

    url: str


@dataclass(frozen=True, slots=True)
class Command:
    """A product that is started and listens on HTTP."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is started and speaks JSON lines."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PythonObject:
    """An object in this process."""

    factory: str


Target = Address | Command | Program | PythonObject
_USER = re.compile(r"//[^/]*@")
STARTED: dict[str, type[Command] | type[Program]] = {"command": Command, "lines": Program}


def parse_target(text: str, named: Mapping[str, Sequence[str]] | None = None) -> Target:
    """Return what `text` means; ConfigurationError when nothing.

    `named` are further products that the caller knows by a word, with the command of each.
    """
    known = {REFERENCE: REFERENCE_COMMAND, **(named or {})}
    if text in known:
        return Command(tuple(known[text]))
    kind, _, rest = text.partition(":")
    try:
        if kind in STARTED and (words := shlex.split(rest)):
            return STARTED[kind](tuple(words))
        if kind in ("http", "https") and _is_address(text):
            return Address(text)
    except ValueError as fault:
        shown = _USER.sub("//***@", text)
        raise ConfigurationError(f"--target {shown!r}: {fault}; correct the target") from fault
    if kind == "python" and rest.count(":") == 1:
        return PythonObject(rest)
    raise ConfigurationError(
        f"--target {text!r}: expected {', '.join(known)}, http://host:port, command:PROGRAM, lines:PROGRAM or "
        "python:MODULE:FACTORY; correct the target"
    )


def _is_address(text: str) -> bool:
    """Whether a URL names a host; ValueError for a port, a host or a secret in it that cannot be used."""
    parts = urlsplit(text)
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user and password: it would stand in every report")
    if any(character.isspace() for character in text) or parts.port == 0:
        raise ValueError("expected an address without spaces, and a port from 1 to 65535")
    return bool((parts.hostname or "").encode("idna"))


@contextmanager
def bound_target(
    target: Target, *, timeout: float = TIMEOUT, heard: Callable[[bytes], None] | None = None
) -> Iterator[Binding]:
    """Yield the way to the product; one started here ends with the block, and `heard` is told what it prints."""
    binding = _bound(target, timeout, heard)
    try:
        yield binding
    finally:
        binding.close()


def _bound(target: Target, timeout: float, heard: Callable[[bytes], None] | None) -> Binding:
    match target:
        case Address(url=url):
            return HttpBinding(url, timeout=timeout)
        case Command(words=words):
            return LaunchedBinding(words, timeout=timeout, heard=heard)
        case Program(words=words):
            return ProgramBinding(words, timeout=timeout, heard=heard)
        case PythonObject(factory=factory):
            return PythonBinding(factory, timeout=timeout)


@contextmanager
def running_target(target: Target) -> Iterator[str]:
    """Yield the HTTP address of the product; ConfigurationError for one that has none."""
    match target:
        case Address(url=url):
            yield url
        case Command(words=words):
            with LaunchedProduct(words) as product:
                yield product.address
        case _:
            raise ConfigurationError(f"--target {target}: expected a product with an HTTP address; use http or command")

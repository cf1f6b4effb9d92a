"""What every command of `python -m reference_impl.reader` shares: the readers, the language, how a PIN is asked for.

PINs are typed unseen and never taken from the command line: other users of the machine can read that, and a shell keeps
it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Protocol

import msgspec
import typer

from reference_impl.reader import report
from reference_impl.reader.client import CardClient
from reference_impl.reader.connection import Connection
from reference_impl.reader.faults import ReaderFault
from reference_impl.reader.pcsc import Readers, ReaderState, connected
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import Reference
from reference_impl.reader.report import Row
from reference_impl.reader.words import Words

_TIME_LIMIT = 10.0
"""Seconds an exchange may take; mobile clients give up after five (spec/card.md §4)."""


class Door(Protocol):
    """Where readers are: PC/SC, or what a test puts in its place."""

    def states(self) -> list[ReaderState]:
        """Every reader."""

    def open(self, reader: str, seconds: float) -> AbstractContextManager[Connection]:
        """A connection to the card in a reader, waiting for it."""


class PcscDoor:
    """The readers of this machine."""

    def states(self) -> list[ReaderState]:
        """Every reader."""
        with Readers() as readers:
            return readers.states()

    @contextmanager
    def open(self, reader: str, seconds: float) -> Iterator[Connection]:
        """A connection to the only card, or to that of the named reader."""
        with Readers() as readers:
            name = readers.await_card(seconds, reader)
        with connected(name) as connection:
            yield connection


class Tongue(StrEnum):
    """The languages."""

    JA = "ja"
    EN = "en"


class Desk(msgspec.Struct):
    """What the command was started with."""

    door: Door
    language: Tongue
    json: bool
    reader: str
    wait: float
    test_card: str | None
    must_remain: int

    def with_card(self, work: Callable[[CardClient], list[Row]]) -> None:
        """Does the work with the card and shows what came of it; exit 1 and both languages for a fault."""
        self.show(lambda: self._on_card(work))

    def show(self, work: Callable[[], list[Row]]) -> None:
        """Shows rows."""
        try:
            rows = work()
        except ReaderFault as fault:
            if self.json:
                typer.echo(report.as_json(report.fault_rows(fault)))
            typer.echo(fault.said(self.language.value), err=True)
            raise typer.Exit(1) from fault
        typer.echo(report.as_json(rows) if self.json else report.as_text(rows, self.language.value))

    def ask(self, client: CardClient, reference: Reference) -> PinTry:
        """The value, typed unseen, after the tries that are left were told."""
        tries = client.tries_left(reference)
        name = reference.name.said(self.language.value)
        prompt = Words(f"{name}（残り{tries}回）", f"{name} (tries left: {tries})").said(self.language.value)
        return PinTry(typer.prompt(prompt, hide_input=True, err=True), must_remain=self.must_remain)

    def _on_card(self, work: Callable[[CardClient], list[Row]]) -> list[Row]:
        with (
            self.door.open(self.reader, self.wait) as connection,
            CardClient(connection, test_card=self.test_card, time_limit=_TIME_LIMIT) as client,
        ):
            return work(client)

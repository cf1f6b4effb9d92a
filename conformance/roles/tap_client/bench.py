"""The bench of the role tap-client: lays a card, has the product run, and judges by the card's trace."""

import secrets
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import msgspec

from cardsim.trace import TraceLine, decode
from conformance.check import Check
from conformance.privacy.oracle import Oracle
from conformance.privacy.overheard import printing
from conformance.roles.role_run import Played, TargetFault
from conformance.roles.tap_client.case import Do, TapCase
from conformance.roles.tap_client.desk import InProcessDesk, Lying
from conformance.roles.tap_client.login_party import LoginParty, standing_party
from conformance.roles.tap_client.looks import judged
from conformance.roles.tap_client.planted import WRITTEN, canaries_on
from conformance.roles.tap_client.seen import PINS, Seen
from harness.contract.client import TapClient
from harness.contract.faults import AdapterFault, TimedOut
from harness.contract.tap_messages import Ran, Run, TapFunction

__all__ = ["Desk", "InProcessDesk", "TapBench"]
WRONG_BIRTH_DATE = "1911-11-11"
CHALLENGE = 32


class Desk(Protocol):
    """Where cards are laid for the product."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What can be done there: `disturbed`, `swapped`, `beside`, `emulated`."""

    @property
    def setting(self) -> str:
        """What stands between product and card, for the report; nothing in this process."""

    def lay(self, do: Do) -> AbstractContextManager[Lying]:
        """Offer the reader's name and what lies there; the traces are whole at the end of the block."""


class TapBench:
    """A product, and the desk where cards are laid for it."""

    def __init__(self, client: TapClient, desk: Desk, oracle: Oracle | None = None) -> None:
        """Take a product and a desk; an object of this process is heard without an `oracle`, too."""
        self._client, self._desk = client, desk
        self._oracle = Oracle() if oracle is None else oracle
        self._is_here = isinstance(desk, InProcessDesk) and not self._oracle.heard.captures_output
        self._oracle.heard.captures_output |= self._is_here
        said = client.hello()
        self.product = " ".join(filter(None, (said.product, said.version, desk.setting)))
        self.capabilities = frozenset(each.value for each in said.capabilities) | desk.capabilities
        if self._oracle.hears(WRITTEN):
            self.capabilities |= {"heard"}

    def play(self, case: TapCase) -> Played:
        """Return what came of a case."""
        checks: list[Check] = []
        transcript: list[str] = []
        trace: list[TraceLine] = []
        for number, do in enumerate(case.runs, start=1):
            try:
                seen = self._run(do)
            except AdapterFault as fault:
                raise TargetFault(str(fault), late=isinstance(fault, TimedOut)) from fault
            trace += seen.lines
            transcript += [f"{do.function.value}: {seen.said.reason.value}", *(decode(line) for line in seen.lines)]
            if number == len(case.runs):
                checks += judged(case, seen)
        return Played(tuple(checks), "\n".join(transcript), tuple(trace))

    def _run(self, do: Do) -> Seen:
        challenge = secrets.token_bytes(CHALLENGE)
        with (
            nullcontext() if do.party is None else standing_party(do.party) as party,
            self._desk.lay(do) as lying,
        ):
            self._oracle.plant(canaries_on(do, lying.on_reader))
            with printing(self._oracle.heard, aloud=False) if self._is_here else nullcontext():
                said = self._said(do, lying, challenge, party)
        self._oracle.look()
        written = tuple(each for each in self._oracle.findings if each.place in WRITTEN)
        other = () if lying.other is None else tuple(lying.other.trace)
        return Seen(do, lying.on_reader, challenge, said, tuple(lying.on_reader.trace), other, party, written)

    def _said(self, do: Do, lying: Lying, challenge: bytes, party: LoginParty | None) -> Ran:
        needs_challenge = do.function in (TapFunction.SIGN_CHALLENGE, TapFunction.INTERNAL_AUTHENTICATION)
        birth_date = WRONG_BIRTH_DATE if do.wrong_birth_date else lying.on_reader.birth_date.isoformat()
        return self._client.run(
            Run(
                function=do.function,
                reader=lying.reader,
                pins=[PINS[each] for each in do.typed],
                challenge=challenge if needs_challenge else msgspec.UNSET,
                birth_date=birth_date if do.function is TapFunction.INTERNAL_AUTHENTICATION else msgspec.UNSET,
                relying_party=msgspec.UNSET if party is None else party.address,
                seconds=do.seconds,
            )
        )

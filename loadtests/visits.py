"""Single visits to a product outside of a load: before one, to see that it decides, and after it, for its ceilings."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec

from harness.contract import messages
from harness.contract.http_binding import PATH
from harness.contract.vocabulary import Purpose, StatusSource, Verb
from harness.errors import HarnessFault
from loadtests.conditions import Verdict
from loadtests.desk import Desk
from loadtests.holders import Holders
from loadtests.population import Population
from loadtests.truth import Deed, permitted, views_at
from loadtests.turns import Turn, Turns

BEGIN, COMPLETE = PATH + Verb.BEGIN.value, PATH + Verb.COMPLETE.value
ONCE = (Purpose.ENROL, Purpose.RELINK)
"""What changes an account: nobody comes for it twice."""


class Visits:
    """The same mix as the run's, but for what can be done only once."""

    def __init__(self, address: str, population: Population) -> None:
        self._holders = holders = Holders(Path(population.folder))
        self._address, self.population = address, population
        self._turns, self._desk = Turns(population, holders), Desk(population, holders)
        self._client = httpx.Client(trust_env=False, timeout=population.timeout)

    def close(self) -> None:
        """Give the connection and the holders' files up."""
        self._client.close()
        self._holders.close()

    def turns(self) -> Iterator[Turn]:
        """Yield who comes."""
        return (each for each in self._turns if each.purpose not in ONCE and each.deed is not Deed.REPLAYED)

    def begin(self, turn: Turn) -> bytes:
        """Return the first request of a visit."""
        return msgspec.json.encode(self._desk.begin(turn))

    def complete(self, turn: Turn, begun: bytes) -> bytes | None:
        """Return the second, to an answer; None where the first was refused."""
        read = msgspec.json.decode(begun, type=messages.Begun)
        if read.session is msgspec.UNSET or read.challenge is msgspec.UNSET:
            return None
        shown = self._desk.present(turn, read)
        if isinstance(shown, str):
            raise HarnessFault(f"begin: {shown}")
        return msgspec.json.encode(messages.Complete(session=read.session, presentation=shown))

    def want(self, turn: Turn) -> str:
        """Return what is in every right answer to it, and in no wrong one: decision and reason, by either source.

        wrk does not read which source decided; the users of the run, who are judged strictly, do.
        """
        population, instant = self.population, self.population.moment.instant
        declared = population.declared
        right: set[Verdict] = set()
        for source in StatusSource:
            views = views_at(source, instant, declared.status_seconds)
            right |= permitted(turn.facts, turn.deed, instant, declared, views, purpose=turn.purpose, source=source)
        said = sorted(
            f'"decision":"{decision.value}"' + ("" if declared.coarse_reasons else f'&"reason":"{reason.value}"')
            for decision, reason in right
        )
        return "|".join(dict.fromkeys(said))

    def ask(self, path: str, body: bytes) -> bytes:
        """Return the answer to one request."""
        answer = self._client.post(self._address + path, content=body, headers={"content-type": "application/json"})
        if answer.status_code != 200:
            raise HarnessFault(f"{path}: expected HTTP 200, actual {answer.status_code}")
        return answer.content

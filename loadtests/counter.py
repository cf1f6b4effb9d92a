"""The generator's count of requests against the target's own: `/metrics` in Prometheus' text format, before and after.

Every answer that the generator got was counted by the target, and nothing was counted that was not sent:
answered ≤ counted ≤ sent. Without errors both ends are equal, and so must the count be.
"""

import re

import httpx
from msgspec import Struct

from harness.errors import ConfigurationError

NAME = "kazashi_requests_total"
OWN_ROUTE = "/metrics"
"""Asking is itself a request, and none of the generator's."""
TIMEOUT = 10.0
TRIES = 20
_LINE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(\{(?P<labels>[^}]*)\})?\s+(?P<value>[0-9.eE+-]+)(\s+\d+)?$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class CounterCheck(Struct, frozen=True):
    """What both counted during the load."""

    sent: int
    answered: int
    counted: int | None
    """None: it could not be read any more."""

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing on either side."""
        return self.counted is not None and self.answered <= self.counted <= self.sent


class Counter:
    """A target's counter of requests; what it says before the load is taken off what it says after."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._before = self._read()

    def check(self, sent: int, answered: int, *, others: int = 0) -> CounterCheck:
        """Return how many requests the target counted since, beside what the generator sent and got answers to.

        `others` were sent meanwhile by whoever disturbs, and are taken off.
        """
        try:
            counted = self._read() - self._before - others
        except ConfigurationError:  # what was found is worth telling, and does not pass
            counted = None
        return CounterCheck(sent, answered, counted)

    def _read(self) -> int:
        answer = self._ask()
        for _ in range(TRIES):  # a target that just lost its database may refuse the first who come
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            answer = self._ask()
        if answer.status_code != httpx.codes.OK:
            raise ConfigurationError(f"--counter {self._url}: expected HTTP 200, actual {answer.status_code}")
        return requests_in(answer.text, self._url)

    def _ask(self) -> httpx.Response:
        try:
            return httpx.get(self._url, headers=self._headers, timeout=TIMEOUT, trust_env=False)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise ConfigurationError(f"--counter {self._url}: expected an answer, actual {fault!r}") from fault


def requests_in(text: str, url: str = "") -> int:
    """Return the requests that a text counts, of every route but that of the numbers themselves."""
    found = [line for line in map(_LINE.match, text.splitlines()) if line is not None and line["name"] == NAME]
    if not found:
        raise ConfigurationError(f"--counter {url}: expected {NAME} among the numbers, actual not there")
    return round(
        sum(
            float(line["value"])
            for line in found
            if dict(_LABEL.findall(line["labels"] or "")).get("route") != OWN_ROUTE
        )
    )

"""What Locust's processes of one run tell each other: the run's length is kept, and nobody leaves before all reported.

Locust's own master leaves half a second after it told its workers to; a worker whose last logins take longer would
take what it counted with it. So the master stops the workers first, and leaves when each has sent its last report.
"""

import time
from collections.abc import Callable
from typing import Any

import gevent
import msgspec
from locust.runners import MasterRunner, WorkerRunner

from loadtests.tally import Tally
from loadtests.workers import Report, Reports, machine

MESSAGE = "kazashi_report"
BETWEEN_REPORTS = 3.0
LONGEST_WAIT = 30.0
"""Seconds for the last reports, once every user has stopped."""
POLL = 0.05
LEAVING = 1.0
"""Seconds for the last report to be sent."""


def is_worker(environment: Any) -> bool:
    """Return whether this process drives users for a master."""
    return isinstance(environment.runner, WorkerRunner)


def is_master(environment: Any) -> bool:
    """Return whether this process drives nobody."""
    return isinstance(environment.runner, MasterRunner)


def shard_of(environment: Any) -> tuple[int, int]:
    """Return which part of how many is this process's; the number comes with the master's first word."""
    if not is_worker(environment):
        return 0, 1
    return int(environment.runner.worker_index), int(environment.parsed_options.shards)


def report(environment: Any, tally: Tally, driven: Callable[[], list[str]], *, last: bool) -> None:
    """Send the master what was counted."""
    runner = environment.runner
    told = Report(runner.worker_index, machine(), tally, driven() if last else [], last)
    runner.send_message(MESSAGE, msgspec.json.encode(told))


def leave_soon(environment: Any) -> None:
    """Let a worker leave by itself once its last report is on its way: its master forgot it when it stopped."""
    gevent.spawn_later(LEAVING, environment.runner.quit)


def report_now_and_then(environment: Any, tally: Tally, driven: Callable[[], list[str]]) -> None:
    """Send reports while the load runs, for whoever watches it."""

    def go_on() -> None:
        while True:
            gevent.sleep(BETWEEN_REPORTS)
            report(environment, tally, driven, last=False)

    environment.runner.greenlet.spawn(go_on)


def gather(environment: Any) -> Reports:
    """Let a master gather its workers' reports, and leave when it has them all or has waited long enough."""
    runner = environment.runner
    reports = Reports(environment.parsed_options.shards)
    runner.register_message(MESSAGE, lambda msg, **_: reports.take(msg.data))
    leave = runner.quit

    def leave_with_all_reports() -> None:
        runner.stop()
        deadline = time.monotonic() + LONGEST_WAIT
        while not reports.is_complete and time.monotonic() < deadline:
            gevent.sleep(POLL)
        leave()

    runner.quit = leave_with_all_reports
    return reports

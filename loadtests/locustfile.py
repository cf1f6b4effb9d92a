"""What Locust runs: `locust -f loadtests/locustfile.py` plainly, or started by `kazashi load run` with more options.

Plainly there is no population: then a process of its own makes one, starts the reference relying party (or what
`--kazashi-target` names) and keeps both until Locust ends (`keeper.py`). Locust's page is on loopback unless --web-host
says otherwise. The exit code is 1 when the run did not pass.
"""

import sys
from pathlib import Path
from typing import Any

import gevent
import locust
import msgspec

from harness.errors import ConfigurationError
from loadtests import crew, pacing, plain
from loadtests.metrics_door import serve_metrics
from loadtests.people import read_people
from loadtests.targets import users
from loadtests.users import PortalVisitor
from loadtests.workers import SHARES, Reports

__all__ = ["PortalVisitor"]
CANNOT_BEGIN = 2
_reports: list[Reports] = []
"""A master has one."""


def add_options(parser: Any) -> None:
    """Our options among Locust's."""
    parser.set_defaults(web_host="127.0.0.1")
    ours = parser.add_argument_group("Kazashi")
    ours.add_argument("--population", default="", help="file that `kazashi load run` made; none: one is made")
    ours.add_argument("--tally", default="", help="where the counts are written at the end")
    ours.add_argument("--options", default="", help="file that `kazashi load run` made: the course of the run")
    ours.add_argument("--shards", type=int, default=1, help="into how many parts the population is cut: one a worker")
    ours.add_argument("--kazashi-target", default="reference", help="what the made population is enrolled at")


def get_ready(environment: Any, **_: Any) -> None:
    """Read who is driven, or have them made; choose the users for them; let a master listen to its workers."""
    options = environment.parsed_options
    try:
        if not options.population:
            plain.keep(environment)
        if crew.is_master(environment):
            if options.processes:
                options.shards = options.processes
            _reports.append(crew.gather(environment))
        users.take(environment, read_people(Path(options.population)))
    except ConfigurationError as fault:
        sys.stderr.write(f"locustfile: {fault}\n")
        sys.exit(CANNOT_BEGIN)
    environment.kazashi_course = Path(options.options) if options.options else None
    pacing.install(environment, environment.kazashi_course, users.load().tally)
    if environment.kazashi_course and not crew.is_worker(environment):
        _tell_numbers(environment.kazashi_course)
    # gevent's loop still has the instant at which the imports began: the run's length would be shorter by all of that
    gevent.get_hub().loop.update_now()


def _tell_numbers(course: Path) -> None:
    """Serve the generator's own numbers where the run was asked to."""
    port = pacing.read_options(course).metrics_port
    try:
        if port:
            serve_metrics(port, lambda: _reports[0].so_far() if _reports else users.load().tally)
    except ConfigurationError as fault:
        sys.stderr.write(f"locustfile: {fault}\n")
        sys.exit(CANNOT_BEGIN)


def count_own_fault(exception: Exception, **_: Any) -> None:
    """A fault of ours in a user must not look like a quiet run."""
    users.load().tally.failed(f"load generator: {type(exception).__name__}: {exception}")


def begin(environment: Any, **_: Any) -> None:
    """Take this worker's part of the people; the run's length is measured from here."""
    load = users.load()
    index, of = crew.shard_of(environment)
    if of > 1 and not crew.is_master(environment):
        load = users.take(environment, load.population.shard(index, of))
        # as this process was started: a master's path is of its own machine
        pacing.install(environment, environment.kazashi_course, load.tally, index, of)
    load.tally.begin()
    if environment.parsed_options.tally and not crew.is_worker(environment):
        pacing.tell_beginning(Path(environment.parsed_options.tally), load.tally)
    if not crew.is_worker(environment):
        pacing.end_in_time(environment, environment.kazashi_course, load.tally)
    if crew.is_worker(environment):
        crew.report_now_and_then(environment, load.tally, lambda: sorted(load.driven))


def close_door(environment: Any, **_: Any) -> None:
    """No more visits begin."""
    if not crew.is_master(environment):
        pacing.PacedUser.pace.stops()


def end(environment: Any, **_: Any) -> None:
    """All users have stopped."""
    load = users.load()
    load.tally.end()
    if crew.is_worker(environment):
        crew.report(environment, load.tally, lambda: sorted(load.driven), last=True)
        if environment.kazashi_course:  # Locust's page may begin another run with the same workers
            crew.leave_soon(environment)


def hand_over(environment: Any, **_: Any) -> None:
    """Write the counts, and say by the exit code whether the run passed; a worker leaves both to its master."""
    plain.release()
    if crew.is_worker(environment):
        return
    tally = _reports[0].total() if _reports else users.load().tally
    if environment.parsed_options.tally:
        path = Path(environment.parsed_options.tally)
        path.write_bytes(msgspec.json.encode(tally))
        if _reports:
            path.with_name(SHARES).write_bytes(msgspec.json.encode(_reports[0].shares()))
    environment.process_exit_code = 1 if tally.shortcomings() else 0


hooks: Any = locust.events  # its hooks are published without type information
hooks.init_command_line_parser.add_listener(add_options)
hooks.init.add_listener(get_ready)
hooks.user_error.add_listener(count_own_fault)
hooks.test_start.add_listener(begin)
hooks.test_stopping.add_listener(close_door)
hooks.test_stop.add_listener(end)
hooks.quitting.add_listener(hand_over)

"""What Locust is started with: `python -m locust -f loadtests/locustfile.py --population FILE --tally FILE …`.

`kazashi load run` makes the population, starts the product and this, and reads the tally. The exit code is 1 when
the run did not pass.
"""

import sys
from pathlib import Path
from typing import Any

import locust
import msgspec

from harness.errors import ConfigurationError
from loadtests import pacing
from loadtests.population import read_population
from loadtests.users import LoadRun, PortalVisitor

__all__ = ["PortalVisitor"]


def add_options(parser: Any) -> None:
    """Two options of ours among Locust's."""
    parser.add_argument("--population", default="", help="file that `kazashi load run` made")
    parser.add_argument("--tally", default="", help="where the counts are written at the end")
    parser.add_argument("--options", default="", help="file that `kazashi load run` made: the course of the run")


def read_people(environment: Any, **_: Any) -> None:
    """Give every user the population."""
    try:
        PortalVisitor.load = LoadRun(read_population(Path(environment.parsed_options.population)))
    except ConfigurationError as fault:
        sys.stderr.write(f"locustfile: {fault}\n")
        sys.exit(2)
    asked = environment.parsed_options.options
    pacing.install(environment, Path(asked) if asked else None, PortalVisitor.load.tally)


def count_own_fault(exception: Exception, **_: Any) -> None:
    """A fault of ours in a user must not look like a quiet run."""
    PortalVisitor.load.tally.failed(f"load generator: {type(exception).__name__}: {exception}")


def start_watch(environment: Any, **_: Any) -> None:
    """The run's length is measured from here."""
    PortalVisitor.load.tally.begin()
    if environment.parsed_options.tally:
        pacing.tell_beginning(Path(environment.parsed_options.tally), PortalVisitor.load.tally)


def close_door(**_: Any) -> None:
    """No more visits begin."""
    PortalVisitor.pace.stops()


def stop_watch(**_: Any) -> None:
    """All users have stopped."""
    PortalVisitor.load.tally.end()


def hand_over(environment: Any, **_: Any) -> None:
    """Write the counts, and say by the exit code whether the run passed."""
    tally = PortalVisitor.load.tally
    if environment.parsed_options.tally:
        Path(environment.parsed_options.tally).write_bytes(msgspec.json.encode(tally))
    environment.process_exit_code = 1 if tally.shortcomings() else 0


hooks: Any = locust.events  # its hooks are published without type information
hooks.init_command_line_parser.add_listener(add_options)
hooks.init.add_listener(read_people)
hooks.user_error.add_listener(count_own_fault)
hooks.test_start.add_listener(start_watch)
hooks.test_stopping.add_listener(close_door)
hooks.test_stop.add_listener(stop_watch)
hooks.quitting.add_listener(hand_over)

"""The command line: one program whose commands are found by the entry-point group `kazashi.commands`.

Each entry point is a Typer application (a group of commands) or a function (one command). So `conformance`,
`scenarios` and `loadtests` bring their own although `harness` imports none of them, and so may a vendor.
"""

import signal
import sys
import traceback
from importlib.metadata import entry_points
from types import FrameType

import typer

from cardsim.faults import CardFault
from harness.errors import ConfigurationError, HarnessFault

GROUP = "kazashi.commands"
CONFIGURATION, HARNESS_ERROR = 2, 3

HELP = """Test harness and conformance suite for products that use the My Number card.

マイナンバーカードを利用する製品のための試験環境と適合性試験。
"""


def build(asked: str = "") -> typer.Typer:
    """Return the program with the command that is asked for, or with all that are installed, by their names.

    One alone starts in half the time: loading the others loads every library that any of them needs. A word that is
    no command's brings all of them, so that the refusal can say which there are.
    """
    program = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    program.callback()(lambda: None)  # with one command alone Typer would make that one the whole program
    points = entry_points(group=GROUP)
    for point in sorted(points.select(name=asked) or points, key=lambda point: point.name):
        command = point.load()
        if isinstance(command, typer.Typer):
            program.add_typer(command, name=point.name)
        else:
            program.command(point.name)(command)
    return program


def main() -> None:
    """Run the program; a fault that a person can mend is one line on stderr and exit code 2, one of ours is 3.

    SIGTERM and a terminal that is closed unwind like Ctrl-C, so that whatever a command started ends with it.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        build(*sys.argv[1:2])(prog_name="kazashi")
    except (ConfigurationError, CardFault) as fault:
        sys.stderr.write(f"kazashi: {fault}\n")
        sys.exit(CONFIGURATION)
    except HarnessFault as fault:
        sys.stderr.write(f"kazashi: harness error / 試験環境の誤り: {fault}\n")
        sys.exit(HARNESS_ERROR)
    except Exception:  # noqa: BLE001  (the outermost door: Python's own exit code 1 would say "not conformant")
        traceback.print_exc()
        sys.exit(HARNESS_ERROR)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()

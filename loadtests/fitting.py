"""What cannot go together on the command line, or cannot be had on this machine: told before anything is started."""

import socket

from harness.errors import ConfigurationError
from loadtests.locust_command import parse_place
from loadtests.options import Options


def require_fitting(options: Options) -> None:
    """Refuse what cannot go together, before anything is started."""
    if options.workers and options.faults:
        raise ConfigurationError(
            "--workers and --fault: expected one of them; faults are announced by this machine's clock, and the "
            "workers' machines have others. --processes drives more users beside a fault"
        )
    if options.metrics_port:
        require_free(options.metrics_port)
    if options.users < options.parts:
        raise ConfigurationError(
            f"--users {options.users}: expected one or more for each of {options.parts} processes; a worker without "
            "users counts nothing"
        )
    if options.workers and options.processes > 1:
        raise ConfigurationError(
            "--workers and --processes: expected one of them; a master drives nobody. On the workers' machines "
            "`kazashi load worker --processes N` starts several"
        )
    if options.workers:
        parse_place(options.bind)
        if not options.share:
            raise ConfigurationError("--workers: expected --share DIR, a folder that the workers see, too")


def require_free(port: int) -> None:
    """Return where the generator's numbers can be told at a port of this machine; ConfigurationError where not."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError as fault:
        raise ConfigurationError(f"--metrics-port {port}: expected a free port, actual {fault.strerror}") from fault

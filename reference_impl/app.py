"""The relying party as a process, `python -m reference_impl.app`: prints its address, serves, ends on SIGTERM."""

import sys
from contextlib import closing

from reference_impl.options import read_arguments, read_settings
from reference_impl.serving import address_of, listen, serve
from reference_impl.settings import CannotBegin, Settings
from reference_impl.supervisor import supervise


def main(arguments: list[str] | None = None) -> int:
    """0 when it was asked to end, 2 when it could not begin, with one line that says why and how to mend it."""
    given = read_arguments(arguments)
    try:
        return run(read_settings(given))
    except CannotBegin as error:
        print(error, file=sys.stderr)
        return 2


def run(settings: Settings) -> int:
    """Serves by these settings until it is told to end."""
    try:
        listener = listen(settings.host, settings.port)
    except (OSError, OverflowError) as error:
        where = f"{settings.host}:{settings.port}"
        raise CannotBegin(
            f"待ち受けできません / cannot listen on {where}: {error}; give another --port, or 0 for any"
        ) from error
    with closing(listener):
        if settings.processes > 1:
            return supervise(settings, listener)
        serve(settings, listener, lambda: print(f"listening {address_of(listener)}", flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())

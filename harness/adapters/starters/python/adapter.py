#!/usr/bin/env python3
"""Starts the adapter: the surface of contract 1.0 on loopback, around the product that is made in `main`.

It is a program for tests only. Leave it out of every release build.
"""

import argparse
import logging
import signal
import sys
from typing import NoReturn

from kazashi_adapter.contract.surface import Surface
from kazashi_adapter.stub.product import StubProduct


def main() -> int:
    """Return 0 when it was asked to end, 2 when it could not begin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    port: int = parser.parse_args().port
    logging.basicConfig(format="%(levelname)s %(message)s")  # to stderr; stdout carries one line only
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)

    product = StubProduct()  # <- your product goes here

    try:
        surface = Surface(product, port)
    except (OSError, OverflowError) as fault:
        print(f"cannot listen on 127.0.0.1:{port}: {fault}; give another --port, or 0 for any", file=sys.stderr)
        return 2
    with surface:
        print(f"listening {surface.address}", flush=True)
        surface.serve_forever()
    return 0


def _end(_signal: int, _frame: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())

"""The relying party as a process, `python -m reference_impl.app`: prints its address, serves, ends on SIGTERM."""

import argparse
import asyncio
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import uvicorn

from reference_impl.audit.checks import Audit, open_audit
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.storage import read_place
from reference_impl.clock import Clock
from reference_impl.fresh_lists import Lists
from reference_impl.relying_party import RelyingParty
from reference_impl.services.faults import PoliciesRefused
from reference_impl.services.starting import Opened, Options, open_services
from reference_impl.status_client import StatusClient
from reference_impl.status_methods import StatusPolicy, StatusSources, UnusableMethod, read_method
from reference_impl.store.database import Database, StoreUnusable
from reference_impl.surface import Surface
from reference_impl.verification.ocsp_settings import Responder
from reference_impl.verification.purpose import PRODUCTION_POLICIES, TEST_POLICIES
from reference_impl.verification.revocation_methods import Method


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets:
            host, port = sockets[0].getsockname()[:2]
            print(f"listening http://{host}:{port}", flush=True)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. `proto` is named because asyncio sets TCP_NODELAY only then; else a request costs 44 ms."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m reference_impl.app", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--store", type=Path, help="SQLite file; in memory without it")
    parser.add_argument("--audit", metavar="STORE", help="file or postgresql://…; STORE.audit without it")
    parser.add_argument(
        "--audit-key", type=Path, metavar="FILE", help="made if it is not there; STORE.audit-key without it"
    )
    parser.add_argument("--policies", choices=("test", "production"), default="test", help="accepted policy arcs")
    parser.add_argument("--production-anchors", action="store_true", help="allow authorities of the real JPKI")
    parser.add_argument(
        "--status-method", action="append", type=_method, default=[], metavar="[[SERVICE/]KIND=]METHOD",
        help=f"how the status is found out, for all or for some: {', '.join(Method)}; ocsp without it",
    )  # fmt: skip
    parser.add_argument(
        "--lists", type=Path, metavar="FOLDER",
        help="where revocation lists are kept, and were brought for offline-crl; without it, as long as the process",
    )  # fmt: skip
    parser.add_argument(
        "--status-keep", type=float, default=0.0, metavar="SECONDS",
        help="an OCSP answer may be used again for so long after its thisUpdate; 0: never",
    )  # fmt: skip
    parser.add_argument("--test-surface", action="store_true", help="offer contract 1.0; never in production")
    parser.add_argument(
        "--services", type=Path, action="append", default=[], metavar="FILE", help="policies of services (YAML or JSON)"
    )
    parser.add_argument(
        "--municipality", type=_municipality, metavar="CODE", help="whose residents are `own` (5 digits)"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """0 when it was asked to end, 2 when it could not begin, with one line that says why and how to mend it."""
    options = read_arguments(arguments)
    try:
        services = _open_services(options)
    except (OSError, UnicodeDecodeError, PoliciesRefused) as error:
        return _cannot_begin(str(error))
    try:
        database = Database(options.store)
    except StoreUnusable as error:
        return _cannot_begin(f"{error}; give another path by --store")
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        database.close()
        return _cannot_begin(
            f"cannot listen on {options.host}:{options.port}: {error}; give another --port, or 0 for any"
        )
    try:
        audit = _open_audit(options)
    except AuditUnusable as error:
        listener.close()
        database.close()
        return _cannot_begin(f"{error}; give another by --audit or --audit-key")
    policies = PRODUCTION_POLICIES if options.policies == "production" else TEST_POLICIES
    status_client = StatusClient()
    lists = Lists(options.lists)
    sources = StatusSources(status_client.ask, lists, _status_policy(options))
    party = RelyingParty(
        database,
        Clock(),
        sources,
        policies=policies,
        production_anchors=options.production_anchors,
        services=services,
        audit=audit,
    )
    surface = Surface(party, test_surface=options.test_surface)
    signal.signal(signal.SIGTERM, _end)  # uvicorn shuts down first, then hands the signal on to this
    signal.signal(signal.SIGINT, _end)
    try:
        _serve(surface, listener)
    finally:
        surface.close()
        status_client.close()
        lists.close()
        audit.close()
        database.close()
    return 0


def _open_audit(options: argparse.Namespace) -> Audit:
    """Beside the store, or where the options say; in memory, and under a key of this process's own, without a store."""
    store: Path | None = options.store
    place = read_place(options.audit) if options.audit else store and store.with_name(f"{store.name}.audit")
    key = options.audit_key or (store and store.with_name(f"{store.name}.audit-key"))
    if place is not None and key is None:
        raise AuditUnusable(
            "--audit: expected a key that outlives this process, actual neither --audit-key nor --store"
        )
    return open_audit(place, key)


def _open_services(options: argparse.Namespace) -> Opened:
    methods = dict(options.status_method)
    said = Options(methods=methods, lists=options.lists, municipality=options.municipality)
    return open_services(options.services, said)


def _method(text: str) -> tuple[str, Method]:
    try:
        return read_method(text)
    except UnusableMethod as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _municipality(text: str) -> str:
    if not (len(text) == 5 and text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"expected a municipality code of 5 digits, found {text!r}")
    return text


def _status_policy(options: argparse.Namespace) -> StatusPolicy:
    responder = Responder(address="", keep=timedelta(seconds=options.status_keep))
    return StatusPolicy(methods=dict(options.status_method), responder=responder)


def _serve(surface: Surface, listener: socket.socket) -> None:
    configuration = uvicorn.Config(
        surface, lifespan="off", access_log=False, log_level="warning", timeout_graceful_shutdown=3
    )
    with listener, asyncio.Runner(loop_factory=configuration.get_loop_factory()) as runner:
        runner.run(_Server(configuration).serve(sockets=[listener]))


def _end(_signal: int, _frame: object) -> NoReturn:
    sys.exit(0)


def _cannot_begin(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

"""The platform as a process, `python -m reference_impl.platform FILE`: prints its address, serves, ends on SIGTERM."""

import argparse
import ipaddress
import secrets
import signal
import sys
from pathlib import Path
from typing import NoReturn

import uvicorn

from reference_impl.audit.checks import open_audit
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.storage import read_place
from reference_impl.clock import Clock
from reference_impl.fresh_lists import Lists
from reference_impl.platform.desk import Desk
from reference_impl.platform.names import Names
from reference_impl.platform.settings import SettingsRefused, load_settings
from reference_impl.platform.surface import PlatformSurface
from reference_impl.serving import listen
from reference_impl.status_client import StatusClient
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database, StoreUnusable


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m reference_impl.platform", description=__doc__)
    parser.add_argument("settings", type=Path, metavar="FILE", help="key, anchors and clients (YAML or JSON) / 設定")
    parser.add_argument("--host", default="127.0.0.1", help="beyond this machine only with TLS / 外部公開はTLS必須")
    parser.add_argument("--port", type=int, default=0, help="0: any free port / 空きポート")
    parser.add_argument("--store", type=Path, help="SQLite file for names; in memory without it / 名前の保存先")
    parser.add_argument(
        "--audit", metavar="STORE", help="file or postgresql://…; STORE.audit without it / 監査の保存先"
    )
    parser.add_argument("--audit-key", type=Path, metavar="FILE", help="STORE.audit-key without it / 監査の鍵")
    parser.add_argument("--tls-certificate", type=Path, metavar="FILE", help="PEM / TLS証明書")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM / TLS秘密鍵")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """0 when it was asked to end, 2 when it could not begin, with lines that say why."""
    options = read_arguments(arguments)
    try:
        settings = load_settings(options.settings)
        _require_safe(options)
        store: Path | None = options.store
        database = Database(store)
        place = read_place(options.audit) if options.audit else store and store.with_name(f"{store.name}.audit")
        key = options.audit_key or (store and store.with_name(f"{store.name}.audit-key"))
        audit = open_audit(place, key)
        listener = listen(options.host, options.port)
    except (SettingsRefused, AuditUnusable, StoreUnusable, OSError, OverflowError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    client, lists, clock = StatusClient(), Lists(), Clock()
    names = Names(database, settings.id, secrets.token_bytes)
    surface = PlatformSurface(
        Desk(settings, StatusSources(client.ask, lists), names, audit, secrets.token_bytes), lambda: clock.read().now
    )
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    configuration = uvicorn.Config(
        surface,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
        ssl_certfile=options.tls_certificate,
        ssl_keyfile=options.tls_key,
    )
    scheme = "http" if options.tls_certificate is None else "https"
    host, port = listener.getsockname()[:2]
    print(f"listening {scheme}://{host}:{port}", flush=True)
    try:
        with listener:
            uvicorn.Server(configuration).run(sockets=[listener])
    finally:
        surface.close()
        client.close()
        lists.close()
        audit.close()
        database.close()
    return 0


def _require_safe(options: argparse.Namespace) -> None:
    """Certificates travel here: TLS, or this machine."""
    if options.tls_certificate is None and not ipaddress.ip_address(options.host).is_loopback:
        raise SettingsRefused(f"--host {options.host}: expected --tls-certificate, or a loopback address")


def _end(_signal: int, _frame: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())

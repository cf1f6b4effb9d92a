"""The command line of `python -m reference_impl.app`."""

import argparse
from pathlib import Path

from sqlalchemy import URL

from reference_impl.release import LEAST_TOKEN, read_release
from reference_impl.settings import Settings
from reference_impl.status_methods import UnusableMethod, read_method
from reference_impl.store.engine import UnusablePlace, read_place
from reference_impl.verification.revocation_methods import Method

_BESIDE_A_RELEASE = {"configuration", "host", "port", "processes", "log"}
"""What may be said besides `--configuration`: where this machine listens and writes, and with how many processes."""


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line, as it was written."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.configuration is not None:
        both = [name for name in _said(parser, arguments, given) if name not in _BESIDE_A_RELEASE]
        if both:
            named = ", ".join(f"--{name.replace('_', '-')}" for name in both)
            parser.error(f"expected {named} in the file of --configuration, found it on the command line")
    return given


def _said(parser: argparse.ArgumentParser, arguments: list[str] | None, given: argparse.Namespace) -> list[str]:
    """What stands on the command line, even where it says what would hold without it."""
    unsaid = object()
    blank = {name: unsaid for name, value in vars(given).items() if not isinstance(value, list)}
    said = vars(parser.parse_args(arguments, argparse.Namespace(**blank)))
    return [name for name in vars(given) if said[name] is not unsaid and said[name] != []]


def read_settings(given: argparse.Namespace) -> Settings:
    """What it comes to; CannotBegin for what cannot be."""
    if given.configuration is not None:
        settings = read_release(given.configuration)
    else:
        settings = Settings(
            store=given.store,
            audit=given.audit,
            audit_key=given.audit_key,
            production_policies=given.policies == "production",
            production_anchors=given.production_anchors,
            status_methods=dict(given.status_method),
            status_keep=given.status_keep,
            lists=given.lists,
            refresh_lists=given.refresh_lists,
            back_end=given.back_end,
            link_service=given.link_service,
            service_files=tuple(given.services),
            municipality=given.municipality,
            test_surface=given.test_surface,
            operators={} if given.operator_token is None else {"operator": given.operator_token},
        )
    here = {name: getattr(given, name) for name in ("host", "port", "processes", "log")}
    settings = _replace(settings, {name: value for name, value in here.items() if value is not None})
    settings.require_sound()
    return settings


def _replace(settings: Settings, changes: dict[str, object]) -> Settings:
    return Settings(**{**{name: getattr(settings, name) for name in Settings.__struct_fields__}, **changes})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reference_impl.app", description="The reference relying party / 参照実装"
    )
    parser.add_argument(
        "--configuration",
        type=Path,
        metavar="FILE",
        help="of a release / 設定ファイル (docs/relying-party.md)",
    )
    parser.add_argument("--processes", type=int, metavar="N", help="that share the port; 1 without it / プロセス数")
    parser.add_argument("--host", help="127.0.0.1 without it")
    parser.add_argument("--port", type=int, help="0 or none: any free port")
    parser.add_argument("--log", type=Path, metavar="FILE", help="of requests; stderr without it / 要求のログ")
    parser.add_argument(
        "--store", type=_place, metavar="STORE", help="SQLite file or postgresql://…; in memory without it"
    )
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
        "--refresh-lists", action="store_true", help="fetch lists when they are due, not only when one is wanted"
    )
    parser.add_argument(
        "--status-keep", type=float, default=0.0, metavar="SECONDS",
        help="an OCSP answer may be used again for so long after its thisUpdate; 0: never",
    )  # fmt: skip
    parser.add_argument("--back-end", type=Path, metavar="FILE", help="who verifies / 検証者の区分 (docs/backends.md)")
    parser.add_argument("--link-service", metavar="URL", help="asked which certificates belong together / 紐付け照会先")
    parser.add_argument(
        "--operator-token", type=_token, metavar="FILE", help="of whoever reads /metrics in a test / 運用者のトークン"
    )
    parser.add_argument("--test-surface", action="store_true", help="offer contract 1.0; never in production")
    parser.add_argument(
        "--services", type=Path, action="append", default=[], metavar="FILE", help="policies of services (YAML or JSON)"
    )
    parser.add_argument(
        "--municipality", type=_municipality, metavar="CODE", help="whose residents are `own` in a policy (5 digits)"
    )
    return parser


def _place(text: str) -> Path | URL:
    try:
        return read_place(text)
    except UnusablePlace as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _token(path: str) -> str:
    try:
        token = Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"expected a file with one line of ASCII, found: {error}") from error
    if len(token) < LEAST_TOKEN or len(token.splitlines()) != 1:
        raise argparse.ArgumentTypeError(f"{path}: expected one line of at least {LEAST_TOKEN} characters")
    return token


def _municipality(text: str) -> str:
    if not (len(text) == 5 and text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"expected a municipality code of 5 digits, found {text!r}")
    return text


def _method(text: str) -> tuple[str, Method]:
    try:
        return read_method(text)
    except UnusableMethod as error:
        raise argparse.ArgumentTypeError(str(error)) from error

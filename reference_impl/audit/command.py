"""`python -m reference_impl.audit verify|export|head|retain|holder`: the audit for auditors and operators.

Exit codes: 0 sound, or done; 1 something was found (one line each on stderr); 2 it could not begin (one line).
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

from reference_impl.audit.export import Selection, export_csv, export_json
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.findings import Finding
from reference_impl.audit.heads import KeptHead, append_head, read_heads, write_head
from reference_impl.audit.pseudonym import Pseudonyms, read_key
from reference_impl.audit.retention import BrokenChain, retain
from reference_impl.audit.storage import Storage, read_head, read_place
from reference_impl.audit.verify import Report, verify
from reference_impl.clock import Clock

SHOWN: Final = 100
"""Findings that are printed; the number of all is, too."""

Told = Callable[[str, str], None]
"""Prints one of the two, Japanese or English."""


def main(arguments: list[str] | None = None) -> int:
    """0, 1 or 2, as above."""
    options = _read_arguments(arguments)
    language = options.lang or ("ja" if os.environ.get("LANG", "").startswith("ja") else "en")

    def tell(ja: str, en: str) -> None:
        print(ja if language == "ja" else en, file=sys.stderr)

    try:
        return int(options.run(options, language, tell))
    except BrokenChain as broken:
        _say(broken.findings, language)
        tell(
            "保存期間の処理は行いませんでした。検証できない行は証拠として残します。",
            "Nothing was removed: rows that do not verify are evidence.",
        )
        return 1
    except (AuditUnusable, OSError) as error:
        tell(f"実行できません: {error}", f"cannot be done: {error}")
        return 2


def _verify(options: argparse.Namespace, language: str, tell: Told) -> int:
    with closing(_open(options)) as storage:
        return _report(verify(storage, _kept(options)), language, tell)


def _export(options: argparse.Namespace, language: str, tell: Told) -> int:
    chosen = Selection(options.since, options.until, options.service)
    write = export_csv if options.format == "csv" else export_json
    with closing(_open(options)) as storage:
        kept = _kept(options)
        if options.out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            return _report(write(storage, sys.stdout, chosen, kept), language, tell)
        with _create(options.out) as out:
            return _report(write(storage, out, chosen, kept), language, tell)


def _create(path: Path) -> TextIO:
    """A new file for its owner alone; one that is there may be the evidence of last year."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise AuditUnusable(f"--out {path}: expected a new file, actual: {error.strerror}") from error
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def _head(options: argparse.Namespace, _language: str, _tell: Told) -> int:
    with closing(_open(options)) as storage, storage.faults(), storage.reading() as connection:
        line = write_head(read_head(connection), _now())
    if options.append is not None:
        append_head(options.append, line)
    print(line)
    return 0


def _retain(options: argparse.Namespace, _language: str, tell: Told) -> int:
    now = _now()
    with closing(_open(options)) as storage:
        made = retain(storage, now - timedelta(days=options.days), now=now, by=options.by)
    if not made:
        tell(f"{options.days} 日より古い行はありません。", f"No row is older than {options.days} days.")
        return 0
    first, last = made[0].first, made[-1].last
    tell(
        f"第 {first}–{last} 行を削除し、封印 {len(made)} 件を残しました。",
        f"Rows {first}–{last} were removed; {len(made)} seals are left.",
    )
    return 0


def _now() -> datetime:
    return Clock().read().now


def _holder(options: argparse.Namespace, _language: str, _tell: Told) -> int:
    serial = options.serial.lower().lstrip("0") or "0"  # as accounts have it
    print(Pseudonyms(read_key(options.key)).of(options.service, options.issuer_key, serial))
    return 0


def _report(report: Report, language: str, tell: Told) -> int:
    _say(report.findings, language)
    head = report.head
    tell(
        f"連鎖 {head.chain}: {report.rows} 行を検証(第 {report.sealed} 行まで保存期間満了、末尾 {head.sequence} "
        f"{head.hash})、控え {report.heads_checked} 件と照合、照合できない控え {report.heads_out_of_reach} 件、"
        f"異常 {len(report.findings)} 件",
        f"chain {head.chain}: {report.rows} rows verified (removed by retention: up to row {report.sealed}; end: row "
        f"{head.sequence} {head.hash}), heads compared: {report.heads_checked}, out of reach: "
        f"{report.heads_out_of_reach}, findings: {len(report.findings)}",
    )
    return 1 if report.findings else 0


def _say(findings: Sequence[Finding], language: str) -> None:
    for finding in findings[:SHOWN]:
        print(finding.say(language), file=sys.stderr)


def _open(options: argparse.Namespace) -> Storage:
    return Storage(read_place(options.store), make=False)


def _kept(options: argparse.Namespace) -> list[KeptHead]:
    return [] if options.expect is None else read_heads(options.expect)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r}: expected an offset, as in 2026-11-21T00:00+09:00")
    return instant


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 36500):
        raise argparse.ArgumentTypeError(f"{text!r}: expected days from 1 to 36500")
    return int(text)


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reference_impl.audit", description=__doc__)
    parser.add_argument("--lang", choices=("ja", "en"), help="of messages; else LANG's / 表示言語")
    commands = parser.add_subparsers(required=True, metavar="verify|export|head|retain|holder")

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        if run is not _holder:
            made.add_argument("--store", required=True, help="SQLite file or postgresql://… / 監査の保存先")
        if run in {_verify, _export}:
            made.add_argument("--expect", type=Path, metavar="FILE", help="heads kept elsewhere / 控えた末尾ハッシュ")
        return made

    command("verify", _verify, "find what was removed, changed or moved / 改ざん・削除・入替えの検出")
    export = command("export", _export, "for an auditor / 監査人向けの書き出し")
    export.add_argument("--format", choices=("csv", "json"), required=True)
    export.add_argument("--out", type=Path, metavar="FILE", help="a new file; else standard output / 新しいファイル")
    export.add_argument("--since", type=_instant, metavar="INSTANT")
    export.add_argument("--until", type=_instant, metavar="INSTANT", help="not included / この時刻は含まない")
    export.add_argument("--service")
    head = command("head", _head, "the end of the chain, to be kept elsewhere / 控えるべき末尾ハッシュ")
    head.add_argument("--append", type=Path, metavar="FILE", help="a file of heads / 控えのファイル")
    retention = command("retain", _retain, "remove what is older than a time / 保存期間を過ぎた行の削除")
    retention.add_argument("--days", type=_days, required=True)
    retention.add_argument("--by", required=True, help="who removes it, by an id / 実施者の識別子")
    holder = command("holder", _holder, "the pseudonym of a holder at a service / 利用者の仮名を求める")
    holder.add_argument("--key", type=Path, required=True, metavar="FILE")
    for name in ("--service", "--issuer-key", "--serial"):
        holder.add_argument(name, required=True)
    return parser.parse_args(arguments)

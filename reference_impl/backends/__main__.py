"""`python -m reference_impl.backends rules|purge`: the rules as a table; what was kept long enough is removed.

Exit codes: 0 done; 1 the audit does not verify, and stays; 2 it could not begin (one line).
"""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.retention import BrokenChain
from reference_impl.audit.storage import Storage, read_place
from reference_impl.backends.options import Options, OptionsRefused, load_options
from reference_impl.backends.purge import purge
from reference_impl.backends.roles import ROLES
from reference_impl.backends.rules import QUESTION_RULES, START_RULES, Plan, RulesBroken, require_allowed
from reference_impl.clock import Clock
from reference_impl.services.faults import PoliciesRefused
from reference_impl.services.loading import load_files
from reference_impl.store.database import Database, StoreUnusable


def main(arguments: list[str] | None = None) -> int:
    """0, 1 or 2, as above."""
    options = _read_arguments(arguments)
    if options.command == "rules":
        return _rules()
    try:
        return _purge(options)
    except BrokenChain as broken:
        print(f"監査は検証できないため残しました / the audit stays, it does not verify: {broken}", file=sys.stderr)
        return 1
    except (OptionsRefused, RulesBroken, PoliciesRefused, AuditUnusable, StoreUnusable, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _rules() -> int:
    for rule in START_RULES:
        print(f"start     {rule.id:20} {rule.clause}")
    for asked in QUESTION_RULES:
        print(f"question  {asked.id:20} {asked.clause}\n          {asked.ja}\n          {asked.en}")
    for role in ROLES.values():
        may = ["asks J-LIS"] * role.asks_jlis + ["keeps serials"] * role.keeps_serials + sorted(role.kinds)
        print(f"role      {role.name:20} {role.clause}\n          {role.ja}\n          {role.en}: {', '.join(may)}")
    return 0


def _purge(options: argparse.Namespace) -> int:
    written = Options() if options.back_end is None else load_options(options.back_end)
    services = load_files((str(path), path.read_text(encoding="utf-8")) for path in options.services)
    require_allowed(Plan(written, services))
    place = read_place(options.audit) if options.audit else options.store.with_name(f"{options.store.name}.audit")
    with closing(Database(options.store)) as database, closing(Storage(place, make=False)) as audit:
        gone = purge(database, services, audit, written.keep, Clock().read().now, by=options.by)
    print(
        f"削除: 手続き {gone.sessions}、証明書 {gone.certificates}、監査 {gone.audit_rows} 行 / "
        f"removed: {gone.sessions} sessions, {gone.certificates} certificates, {gone.audit_rows} rows of the audit"
    )
    return 0


def _read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reference_impl.backends", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="rules|purge")
    commands.add_parser("rules", help="what may be asked and kept / 照会・保存の規則")
    purging = commands.add_parser("purge", help="remove what was kept long enough / 保存期間を過ぎたものの削除")
    purging.add_argument("--store", type=Path, required=True, metavar="FILE", help="of the relying party / 保存先")
    purging.add_argument("--audit", metavar="STORE", help="STORE.audit without it / 監査の保存先")
    purging.add_argument("--back-end", type=Path, metavar="FILE", help="its `keep` says how long / 設定")
    purging.add_argument("--services", type=Path, action="append", default=[], metavar="FILE", help="policies / 方針")
    purging.add_argument("--by", required=True, help="who removes it, by an id / 実施者の識別子")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

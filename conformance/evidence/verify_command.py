"""`kazashi report verify`."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from conformance.catalogue_loader import load_catalogue
from conformance.evidence.container import LARGEST
from conformance.evidence.expected_failures import Expectation, told
from conformance.evidence.manifest import Manifest
from conformance.evidence.recomputing import REPORT
from conformance.evidence.signing_key import key_id, load_public_key
from conformance.evidence.verifying import Verification, verify
from conformance.report.words import WORDS
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.vocabularies import VOCABULARIES
from harness.errors import ConfigurationError

GOOD, REFUSED = 0, 1
FINGERPRINT = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)


def verify_command(
    *,
    bundle: Annotated[Path, typer.Argument(help="evidence.zip of a signed run / 署名済みの証拠一式", metavar="BUNDLE")],
    signer: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|ID", help="public key (PEM) or key id of whom you trust / 信頼する署名者の公開鍵または識別子"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="tell it as JSON / 結果をJSONで表示")] = False,
) -> None:
    """Check evidence offline: who signed it, every file, and whether the verdict follows from the cases.

    署名済みの証拠一式を検証する。終了コード: 0 証拠は有効（製品の適否は判定欄を参照）/ 1 拒否 / 2 設定誤り
    """
    trusted = None if signer is None else trusted_id(signer)
    found = verify(read_bundle(bundle), trusted)
    warnings = [] if found.manifest is None else warnings_of(found.manifest)
    if as_json:
        typer.echo(json.dumps(as_plain(found, warnings), ensure_ascii=False, indent=2))
    else:
        _tell(found, warnings, Console())
    raise typer.Exit(GOOD if found.holds else REFUSED)


def trusted_id(signer: str) -> str:
    """Return the id of the key that `--signer` names; ConfigurationError when it names none."""
    fingerprint = FINGERPRINT.fullmatch(signer.replace(":", "").removeprefix("sha256"))
    if fingerprint is not None:
        return fingerprint[1].lower()
    return key_id(load_public_key(Path(signer)))


def read_bundle(path: Path) -> bytes:
    """Return the octets of a bundle, one more than it may have at most; ConfigurationError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as fault:
        raise ConfigurationError(f"{path}: {fault.strerror}; name the evidence.zip of a signed run") from fault


def warnings_of(manifest: Manifest) -> list[str]:
    """Return what is no fault of the evidence, and worth knowing."""
    if manifest.role not in VOCABULARIES and manifest.role != "relying-party":
        return [f"this suite does not know the role {manifest.role} / このスイートにない役割です"]
    loaded = (
        load_role_catalogue(VOCABULARIES[manifest.role]).hash
        if manifest.role in VOCABULARIES
        else load_catalogue(manifest.role).hash
    )
    if loaded == manifest.catalogue_hash:
        return []
    signed = f"{manifest.catalogue_hash[:16]}…, {manifest.suite}"
    english = f"the bundled catalogue ({signed}) is not that of the installed suite ({loaded[:16]}…)"
    return [f"{english} / 同梱の試験項目集は、導入済みスイートのものと異なります"]


def as_plain(found: Verification, warnings: list[str]) -> dict[str, Any]:
    """Return what came of it, for programs."""
    manifest = found.manifest
    return {
        "holds": found.holds,
        "refusals": [refusal.plain() for refusal in found.refusals],
        "warnings": warnings,
        "certified": None if manifest is None or not found.holds else msgspec.to_builtins(manifest),
    }


def _tell(found: Verification, warnings: list[str], console: Console) -> None:
    """Say it in a line each; what stands in the bundle is text, never markup."""
    if found.manifest is None or not found.holds:
        console.print(Text("REFUSED / 拒否", "bold red"))
        for refusal in found.refusals:
            for line in refusal.lines():
                console.print(Text(line), soft_wrap=True)
        return
    manifest = found.manifest
    console.print(Text("The evidence holds / 証拠は有効です", "bold green"))
    for name, value in _certified(manifest):
        console.print(Text(f"  {name}: {value}"), soft_wrap=True)
    for expectation in _expectations(found):
        console.print(Text(f"    {expectation.case}  {told(expectation)}"), soft_wrap=True)
    for warning in warnings:
        console.print(Text(f"  warning / 注意: {warning}", "yellow"), soft_wrap=True)


def _certified(manifest: Manifest) -> list[tuple[str, str]]:
    """Return what was certified, by whom, when, with which verdict."""
    product = f"{manifest.product.get('product')} {manifest.product.get('version', '')}".strip()
    words = WORDS.get(manifest.verdict, {"en": manifest.verdict, "ja": manifest.verdict})
    counts = ", ".join(f"{count} {verdict}" for verdict, count in manifest.counts.items() if count)
    source = manifest.source.revision or "not known / 不明"
    resumed = ", ".join(manifest.run.resumed)
    lines = [
        ("verdict / 判定", f"{words['en']} / {words['ja']}"),
        ("product / 製品", product),
        ("role, target / 役割・対象", f"{manifest.role}, {manifest.target}"),
        ("cases / 項目", f"{counts}; {manifest.left_out} left out / 対象外"),
        ("run / 試験日時", f"{manifest.run.begun} – {manifest.run.ended}"),
        ("suite / スイート", f"{manifest.suite}, source {source}{' (modified)' if manifest.source.modified else ''}"),
        ("catalogue / 試験項目集", manifest.catalogue_hash),
        ("seed / シード", f"{manifest.seed}{'' if manifest.seed_drawn else ' as given'}"),
        ("signed by / 署名者", manifest.signer.key_id),
        ("signed at / 署名日時", f"{manifest.signed_at} (the signer's own clock / 署名者の時計による)"),
    ]
    if resumed:
        lines.append(("interrupted, resumed / 中断後の再開", resumed))
    if manifest.statement_hash is not None:
        lines.append(("statement / 適合宣言書", manifest.statement_hash))
    return lines


def _expectations(found: Verification) -> list[Expectation]:
    report = json.loads(found.files[REPORT])
    return msgspec.convert(report["expected_failures"], list[Expectation])

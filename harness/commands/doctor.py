"""`kazashi doctor`: the preflight. What it finds is about the set-up, never a verdict on the product."""

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.findings import require_language, show_findings
from harness.commands.options import Timeout
from harness.contract.advice import Advice
from harness.contract.check import Finding
from harness.contract.client import RelyingPartyClient
from harness.contract.targets import TIMEOUT, bound_target, parse_target
from harness.doctor.machine import check_home, check_port, check_proxies
from harness.doctor.product import REACHED, check_product, preflight_world
from harness.doctor.readers import check_readers, pcsc_readers
from harness.errors import ConfigurationError
from harness.home import home
from harness.trust.truststore import find_ours

VPCD_PORT = 35963
"""The first slot of vsmartcard's driver (spec/card.md §9)."""
SOMETHING_TO_MEND = 1


def doctor(  # noqa: PLR0913  (each is an option of the command line)
    *,
    target: Annotated[str | None, typer.Option(help="the product: as for certify / 試験対象")] = None,
    truststore: Annotated[
        list[Path] | None,
        typer.Option(
            help="look for our test anchors in this file or folder (repeatable) / 試験用の信頼の起点を探す場所"
        ),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(help="of the trust store / 信頼ストアのパスワード", envvar="KAZASHI_TRUSTSTORE_PASSWORD"),
    ] = None,
    port: Annotated[
        list[int] | None, typer.Option(help="a port that has to be free (repeatable) / 空いている必要のあるポート")
    ] = None,
    lang: Annotated[str, typer.Option(help="ja or en: the language of the advice / 助言の言語")] = "ja",
    timeout: Timeout = TIMEOUT,
) -> None:
    """Preflight: machine, readers, trust stores and product, each finding with how to mend it.

    試験前の点検。終了コード: 0 問題なし / 1 要修正 / 2 設定誤り
    """
    require_language(lang)
    findings = [check_home(home()), check_proxies(os.environ)]
    findings += [check_port(number, "your use") for number in port or [0]]
    findings += check_readers(pcsc_readers)
    for store in truststore or []:
        findings += _in_store(store, password)
    if target is not None:
        findings += _of_product(target, timeout)
    if not show_findings(findings, lang):
        raise typer.Exit(SOMETHING_TO_MEND)


def _in_store(store: Path, password: str | None) -> list[Finding]:
    """Return a finding for each anchor of ours in a store, or one that says there is none."""
    name, expected = f"trust store {store}", "no anchor of a Kazashi installation"
    found = find_ours(store, password)
    if not found:
        return [Finding(name, expected, "none", Advice("", ""))]
    return [
        Finding(name, expected, f"{each.what} ({each.whose.value}) at {each.place}", advice, held=False)
        for each in found
        for advice in (Advice(each.remove_ja, each.remove_en),)
    ]


def _of_product(target: str, timeout: float) -> list[Finding]:
    product = parse_target(target)
    try:
        with (
            preflight_world() as preflight,
            bound_target(product, timeout=timeout) as binding,
            RelyingPartyClient(binding) as client,
        ):
            return check_product(client, preflight)
    except ConfigurationError as fault:
        return [Finding("product", "a product that starts", str(fault), REACHED, held=False)]

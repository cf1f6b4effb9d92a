"""`kazashi trust`: the anchors in everybody's format, finding them where they must not be, and the forward proxy."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from harness.announcement import find as find_world
from harness.commands import trust_client
from harness.control_client import ControlClient
from harness.doors.forward_proxy import DEFAULT_PORT, ForwardProxy
from harness.doors.server import Served
from harness.home import home
from harness.trust import export as exporting
from harness.trust.hosts import status_hosts
from harness.trust.material import material
from harness.trust.truststore import Finding, find_ours

app = typer.Typer(help="Trust material and its removal / 信頼材料の書き出しと確認", no_args_is_help=True)
app.add_typer(trust_client.app, name="client")
Password = Annotated[str | None, typer.Option(help="of the key stores / キーストアのパスワード")]
FOUND = 1
"""The exit code of `find` when something is to be removed, or could not be looked into."""


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="a new folder, or an earlier export / 書き出し先")],
    password: Password = None,
    json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False,
) -> None:
    """Write the anchors of the world that is up: PEM, DER, PKCS#12, JKS, Windows scripts, hosts lines.

    起動中の世界の信頼の起点を、各製品が取り込める形式で書き出す。
    """
    with ControlClient(home()) as control:
        found = material(control.anchors())
    manifest = exporting.export(found, out, password)
    if json:
        typer.echo(msgspec.json.encode(manifest).decode())
        return
    for one in manifest.authorities:
        typer.echo(f"{one.name:12} SHA-256 {one.sha256}")
    for key in manifest.card_issuers:
        typer.echo(f"{'card issuer':12} {key.key_id}")
    for name, why in manifest.left_out.items():
        typer.echo(f"{name}: left out / 省略: {why}")
    typer.echo(f"{out}: README.txt says how to import and how to remove / 取込と削除の方法は README.txt")


@app.command()
def find(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="trust stores or folders of certificates / 信頼ストアまたは証明書のフォルダー"
        ),
    ],
    *,
    password: Password = None,
    json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False,
) -> None:
    """Find what Kazashi made in trust stores; exit code 0: nothing, 1: something, 2: a store cannot be read.

    信頼ストアに残っている Kazashi の証明書を探す。終了コード 0: なし、1: あり、2: 読めない。
    """
    found = [finding for file in files for finding in find_ours(file, password)]
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    else:
        for finding in found:
            _show(finding)
        if not found:
            typer.echo(f"{', '.join(map(str, files))}: nothing of Kazashi / Kazashi の証明書はありません")
    raise typer.Exit(FOUND if found else 0)


@app.command()
def proxy(
    *,
    port: Annotated[int, typer.Option(help="0 is any; 80 for hosts lines / 待ち受けポート")] = DEFAULT_PORT,
) -> None:
    """Lead the OCSP addresses in certificates to the fake J-LIS that is up, as an HTTP proxy, until Ctrl-C.

    証明書内の OCSP アドレスを、起動中の疑似 J-LIS に届ける HTTP プロキシ。
    """
    place = home()
    find_world(place)  # refused now when nothing is up; asked again at each request, for a world may be started anew
    hosts = status_hosts()
    with Served(ForwardProxy(hosts, lambda: find_world(place).addresses), port=port) as served:
        for host in hosts:
            typer.echo(f"http://{host}  →  {served.url}")
        told = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):  # by name: a shell starts what runs behind it deaf to Ctrl-C
            signal.signal(number, lambda *_: told.set())
        typer.echo("Ctrl-C ends it / Ctrl-C で終了")
        told.wait()


def _show(finding: Finding) -> None:
    typer.echo(f"{finding.file}: {finding.place}: {finding.what}")
    typer.echo(f"  {finding.whose.value}")
    if finding.sha256:
        typer.echo(f"  SHA-256 {finding.sha256}")
    typer.echo(f"  to remove: {finding.remove_en}\n  対処: {finding.remove_ja}")

"""`kazashi report pdf`."""

from pathlib import Path
from typing import Annotated

import typer

from harness.errors import ConfigurationError
from harness.paper.pdf import NAME, page_of, write_pdf


def pdf(
    folder: Annotated[
        Path, typer.Argument(help="folder of a report, or its HTML file / 報告書の出力先", metavar="DIR")
    ],
    *,
    out: Annotated[
        Path | None, typer.Option(help="the PDF; report.pdf beside the page if not given / 出力ファイル")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="ja or en; as the page was written if not given / 言語")] = None,
    browser: Annotated[str | None, typer.Option(help="the Chromium to print with / 印刷に使う Chromium")] = None,
) -> None:
    """Print a report as PDF, with fields for approval that can be filled in.

    報告書を承認欄つきの PDF にする。終了コード: 0 作成 / 2 設定誤り（Chromium やフォントがない等）
    """
    if lang not in (None, "ja", "en"):
        raise ConfigurationError(f"--lang {lang!r}: expected ja or en")
    page = page_of(folder)
    printed = write_pdf(page, out or page.with_name(NAME), language=lang, browser=browser)
    if printed.warning is not None:
        typer.echo(f"kazashi: {printed.warning}", err=True)
    typer.echo(printed.path)

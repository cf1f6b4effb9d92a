"""`kazashi client`: the control API for a test suite in Java or C#."""

from pathlib import Path
from typing import Annotated

import typer

from harness.clients.package import LANGUAGES, write_client
from harness.errors import ConfigurationError

app = typer.Typer(help="Drive the world from a test suite / 試験コードからの世界の操作", no_args_is_help=True)


@app.callback()
def client() -> None:
    """Drive the world from a test suite in Java or C# / Java・C# の試験コードから世界を操作する"""


@app.command("new")
def new(
    *,
    lang: Annotated[str, typer.Option(help="java or csharp / 言語")],
    out: Annotated[Path, typer.Option(help="a new folder for the package / 出力先")],
) -> None:
    """Write the package for JUnit 5 or xUnit, ready to be built: its README says how.

    JUnit 5 または xUnit 用のパッケージを書き出す。ビルド手順は README にある。
    """
    if lang not in LANGUAGES:
        raise ConfigurationError(f"client new --lang {lang}: expected one of {', '.join(LANGUAGES)}, actual another")
    written = write_client(lang, out)
    for path in written:
        typer.echo(f"  {path}")
    typer.echo(f"{len(written)} files; next / 次に: {out / 'README.md'}")

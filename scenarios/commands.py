"""`kazashi scenario`: lists the stories and tells them. They are told by pytest, which only `run` needs."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.contract.client import RelyingPartyClient
from harness.contract.faults import AdapterFault
from harness.contract.targets import REFERENCE, Address, parse_target
from harness.errors import ConfigurationError
from scenarios.story import Story, load_stories

LANGUAGES = ("ja", "en")
BACKENDS = ("inprocess", "pcsc")
HARNESS_ERROR = 3
KEPT = Path(__file__).parent / "kept"
"""Where a disagreement is kept: its story is told with all others from then on."""
app = typer.Typer(help="Stories of holders and services / 利用者とサービスの筋書き", no_args_is_help=True)


@app.command("list")
def list_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for a program / 機械可読形式")] = False,
    lang: Annotated[str, typer.Option(help="ja or en / 言語")] = "ja",
) -> None:
    """List the stories by family, each with its requirement and how well that is founded.

    筋書きの一覧を要件と根拠の確かさとともに表示する。
    """
    stories = load_stories().values()
    if as_json:
        typer.echo(json.dumps({"scenarios": [_row(story) for story in stories]}, ensure_ascii=False, indent=2))
        return
    _require_one_of("--lang", lang, LANGUAGES)
    for story in stories:
        typer.echo(f"{story.name}  [{story.requirement} {story.confidence.value}]\n    {story.title.in_language(lang)}")


@app.command("run")
def run_command(  # noqa: PLR0913  (one option each)
    name: Annotated[str | None, typer.Argument(help="a story's name, or a family's / 筋書きまたは分類の名前")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="every story / すべて")] = False,
    target: Annotated[str, typer.Option(help="reference, http://host:port, or command:PROGRAM / 試験対象")] = REFERENCE,
    card_backend: Annotated[str, typer.Option(help="inprocess or pcsc / カードの接続方法")] = "inprocess",
    page: Annotated[Path | None, typer.Option(help="write all that was told to this HTML file / 全文のHTML")] = None,
    lang: Annotated[str, typer.Option(help="ja or en: in which stories are told / 筋書きの言語")] = "ja",
) -> None:
    """Tell one story, a family of them or all, about a product.

    筋書きを実行する。終了コード: 0 すべて筋書きどおり / 1 筋書きと異なる / 2 設定誤り / 3 試験環境の誤り
    """
    _require_one_of("--lang", lang, LANGUAGES)
    _require_one_of("--card-backend", card_backend, BACKENDS)
    chosen = _chosen(name, every=every)
    if page is not None and page.is_dir():
        raise ConfigurationError(f"--page {str(page)!r}: expected a file, actual a folder; name a file in it")
    _require_product(target)
    options = ["--import-mode=importlib", "-v", "--tb=short", "-p", "no:cacheprovider"]
    conftest = f"--confcutdir={Path(__file__).parent}"
    asked = [f"--target={target}", f"--card-backend={card_backend}", f"--lang={lang}", *([] if every else ["--tell"])]
    asked += [] if page is None else [f"--page={page.resolve()}"]
    code = _tell([*options, conftest, *asked, *(story.node for story in chosen)])
    raise typer.Exit(code if code in (0, 1, 2) else HARNESS_ERROR)


@app.command("explore")
def explore_command(  # noqa: PLR0913  (one option each)
    *,
    minutes: Annotated[float, typer.Option(min=0.05, max=1440, help="for how long / 時間（分）")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="the first seed; the same gives the same / 乱数の種")] = 1,
    target: Annotated[str, typer.Option(help="reference, http://host:port, or command:PROGRAM / 試験対象")] = REFERENCE,
    keep: Annotated[Path | None, typer.Option(help="folder for the story of a disagreement / 相違の保存先")] = None,
    silent: Annotated[bool, typer.Option(help="J-LIS may not answer at all, too: slow / 無応答の障害も含める")] = False,
    lang: Annotated[str, typer.Option(help="ja or en: in which stories are told / 筋書きの言語")] = "ja",
) -> None:
    """Play random lives, taps and outages against a product and an oracle; a disagreement is shrunk to a story.

    乱択の筋書きで製品とオラクルを比べ、相違を最小の筋書きにする。終了コード: 0 相違なし / 1 相違あり / 2 設定誤り
    """
    _require_one_of("--lang", lang, LANGUAGES)
    _require_product(target)
    folder = KEPT if keep is None else keep
    if not folder.is_dir():
        raise ConfigurationError(f"--keep {folder}: expected a folder that is there, actual none")
    if importlib.util.find_spec("hypothesis") is None:
        raise ConfigurationError("scenario explore: expected hypothesis, actual none; pip install hypothesis")
    from scenarios.exploration.running import run  # noqa: PLC0415  (Hypothesis is needed by this command alone)

    code = run(target=target, minutes=minutes, seed=seed, keep=folder, silent=silent, language=lang, say=typer.echo)
    raise typer.Exit(code)


def _require_one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigurationError(f"{option} {value!r}: expected {' or '.join(known)}")


def _require_product(target: str) -> None:
    """Where the target is an address, somebody has to answer there; a command is started with the first story."""
    product = parse_target(target)
    if isinstance(product, Address):
        try:
            with RelyingPartyClient.at(product.url) as client:
                client.hello()
        except AdapterFault as fault:
            raise ConfigurationError(str(fault)) from fault


def _tell(arguments: list[str]) -> int:
    """Return pytest's exit code: 0 all as told, 1 some not, 2 interrupted or not set up, 3 and more its own faults.

    In a process of its own: this one has imported what pytest wants to import itself.
    """
    if importlib.util.find_spec("pytest") is None:
        raise ConfigurationError("scenario run: expected pytest, actual none in this environment; pip install pytest")
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def _row(story: Story) -> dict[str, str]:
    """The shape of DESIGN.md §5."""
    return {
        "name": story.name,
        "family": story.family,
        "requirement": story.requirement,
        "title_ja": story.title.ja,
        "title_en": story.title.en,
    }


def _chosen(name: str | None, *, every: bool) -> list[Story]:
    stories = load_stories()
    if every == (name is not None):
        raise ConfigurationError(
            "scenario run: expected either the name of a story or --all; `scenario list` shows the names"
        )
    chosen = [story for story in stories.values() if every or name in (story.name, story.family)]
    if not chosen:
        raise ConfigurationError(
            f"scenario {name!r}: expected a story or a family; `kazashi scenario list` shows the names"
        )
    return chosen

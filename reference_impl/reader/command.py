"""`python -m reference_impl.reader`: a card looked at by hand, in Japanese or English, as text or JSON."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reference_impl.reader import report
from reference_impl.reader.client import CardClient
from reference_impl.reader.desk import Desk, Tongue
from reference_impl.reader.references import (
    TEXT_CODE_A,
    TEXT_CODE_B,
    TEXT_PIN,
    VISUAL_CODE_A,
    VISUAL_CODE_B,
)
from reference_impl.reader.report import Row
from reference_impl.reader.visual_records import Face
from reference_impl.reader.words import Words


class TextKey(StrEnum):
    """What opens a file of the text application."""

    PIN = "pin"
    A = "a"
    B = "b"


class FaceKey(StrEnum):
    """What opens the face."""

    A = "a"
    B = "b"


_TEXT_KEYS = {TextKey.PIN: TEXT_PIN, TextKey.A: TEXT_CODE_A, TextKey.B: TEXT_CODE_B}
_FACE_KEYS = {FaceKey.A: VISUAL_CODE_A, FaceKey.B: VISUAL_CODE_B}


_TextKeyOption = Annotated[TextKey, typer.Option(help="暗証番号か照合番号 / PIN or code")]
app = typer.Typer(add_completion=False, no_args_is_help=True, help="カードを確かめる / Look at a card.")
"""Its context holds the door (`desk.Door`) when it starts: `app(obj=PcscDoor())`."""


@app.callback()
def start(  # noqa: PLR0913, PLR0917  (options of a command line)
    context: typer.Context,
    lang: Annotated[Tongue, typer.Option(help="表示する言語 / Language.")] = Tongue.JA,
    as_json: Annotated[bool, typer.Option("--json", help="JSON で出力 / Write JSON.")] = False,  # noqa: FBT002
    reader: Annotated[str, typer.Option(help="リーダー名の先頭 / How the reader's name begins.")] = "",
    wait: Annotated[float, typer.Option(help="カードを待つ秒数 / Seconds to wait for a card.")] = 0,
    test_card: Annotated[
        str | None, typer.Option(help="実リーダーで使うテストカードのシリアル番号 / Serial of a real test card.")
    ] = None,
    must_remain: Annotated[
        int, typer.Option(min=0, help="誤ったときに残すべき回数 / Tries that must remain if the PIN is wrong.")
    ] = 1,
) -> None:
    """What all commands share."""
    context.obj = Desk(context.obj, lang, as_json, reader, wait, test_card, must_remain)


@app.command(help="リーダーの一覧 / Readers and what is in them.")
def readers(context: typer.Context) -> None:
    """Readers and what is in them."""
    context.obj.show(lambda: report.readers_rows(context.obj.door.states()))


@app.command(help="暗証番号なしで分かること / What a card tells without a PIN.")
def show(context: typer.Context) -> None:
    """What a card tells without a PIN."""
    context.obj.with_card(lambda client: report.free_rows(client) + report.tries_rows_or_why(client))


@app.command(help="残り試行回数（減らない） / Tries left; asking spends none.")
def tries(context: typer.Context) -> None:
    """The tries left of every PIN."""
    context.obj.with_card(report.tries_rows)


@app.command(help="基本4情報 / Name, address, birth date, sex.")
def text(context: typer.Context, key: _TextKeyOption = TextKey.PIN) -> None:
    """The four attributes."""

    def work(client: CardClient) -> list[Row]:
        reference = _TEXT_KEYS[key]
        return report.attributes_rows(client.text.read_attributes(reference, context.obj.ask(client, reference)))

    context.obj.with_card(work)


@app.command(help="個人番号。法律の定める事務にのみ / The 個人番号, for what the law names only.")
def number(context: typer.Context, key: _TextKeyOption = TextKey.PIN) -> None:
    """The 個人番号."""

    def work(client: CardClient) -> list[Row]:
        reference = _TEXT_KEYS[key]
        found = client.text.read_personal_number(reference, context.obj.ask(client, reference))
        return [Row("number", Words("個人番号", "個人番号"), found.reveal())]

    context.obj.with_card(work)


@app.command(help="券面情報 / The face of the card.")
def visual(
    context: typer.Context,
    key: Annotated[FaceKey, typer.Option(help="照合番号 / Code")] = FaceKey.B,
    out: Annotated[Path | None, typer.Option(help="画像を書き出すフォルダー / Folder for the pictures.")] = None,
) -> None:
    """The face of the card."""

    def work(client: CardClient) -> list[Row]:
        reference = _FACE_KEYS[key]
        face = client.visual.read_face(reference, context.obj.ask(client, reference))
        if out is not None:
            _write_pictures(face, out)
        return report.face_rows(face)

    context.obj.with_card(work)


@app.command(help="終了コードの意味と対応 / What a status word means, and what to do.")
def explain(context: typer.Context, sw: Annotated[str, typer.Argument(metavar="SW", help="63C2, 6A82, …")]) -> None:
    """A status word in words."""
    try:
        value = int(sw, 16)
    except ValueError as fault:
        raise typer.BadParameter("16進4桁 / four hexadecimal digits") from fault
    if not 0 <= value <= 0xFFFF:
        raise typer.BadParameter("16進4桁 / four hexadecimal digits")
    context.obj.show(lambda: report.status_rows(value))


def _write_pictures(face: Face, folder: Path) -> None:
    """For the owner's eyes only: the files are theirs alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, picture in (
        ("name.png", face.name_image),
        ("address.png", face.address_image),
        ("photo.jp2", face.photo),
    ):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(picture)

"""`kazashi card face`: both faces of a card as pictures, and bad scans of them."""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cardsim.folder import holds_card, look_at_card
from cardsim.profile import Profile
from harness.commands.card_making import first_print_of
from harness.control_client import ControlClient
from harness.errors import ConfigurationError
from harness.home import home
from harness.printed_card import FirstPrint, printed_on, read_printed

PANEL_LINES = 5
"""At the size of the first print's small letters; more are drawn smaller, and from about ten on cut."""
CHANGE_EXPECTED = "2027-04-01 住所 試験県葵市…"


def face(  # noqa: PLR0913  (a command line has as many options as it has)
    card: Annotated[
        str,
        typer.Argument(
            metavar="SERIAL|DIR",
            help="a card's serial, its holder's id, or its folder / カードの番号、住民の ID、フォルダー",
        ),
    ],
    *,
    out: Annotated[Path, typer.Option(help="the folder for the pictures / 出力先")],
    scan: Annotated[list[str] | None, typer.Option(help="a bad scan too: skew, blur, glare / 悪いスキャンも")] = None,
    strength: Annotated[float, typer.Option(help="of the scan's defect, 0 to 4 / 劣化の強さ", min=0.0, max=4.0)] = 1.0,
    change: Annotated[
        list[str] | None, typer.Option(metavar="'DAY TEXT'", help="a line of the sign panel / 追記領域の1行")
    ] = None,
    western_birth: Annotated[bool, typer.Option(help="birth date as foreign residents have it / 西暦表記")] = False,
) -> None:
    """Draw a card's front and back as PNG and SVG, marked 見本 SPECIMEN / 券面の画像を書き出す"""
    # Pillow and a font take a tenth of a second, which no other command needs to wait for.
    from cardsim.faces.drawn import draw_faces  # noqa: PLC0415
    from cardsim.faces.printed import Change  # noqa: PLC0415
    from cardsim.faces.scan import Scan, scanned  # noqa: PLC0415
    from cardsim.faces.system_font import ADVICE, find_typeface  # noqa: PLC0415

    try:
        scans = [Scan(name) for name in scan or ()]
    except ValueError as fault:
        known = ", ".join(Scan)
        raise ConfigurationError(f"--scan: {fault}; expected one of {known}") from fault
    changes = tuple(Change(*_change(text)) for text in change or ())
    typeface = find_typeface()
    profile, first = _found(card)
    printed = printed_on(profile, changes, western_birth=western_birth, first=first)
    faces = draw_faces(printed, typeface)
    pictures = {"front.png": faces.front_png, "back.png": faces.back_png}
    pictures |= {"front.svg": faces.front_svg, "back.svg": faces.back_svg}
    for defect in scans:
        pictures[f"front-{defect}.png"] = scanned(faces.front_png, defect, strength)
        pictures[f"back-{defect}.png"] = scanned(faces.back_png, defect, strength)
    _save(pictures, out)
    if len(printed.changes) > PANEL_LINES:
        typer.echo(
            f"the sign panel: {len(printed.changes)} lines, it has room for {PANEL_LINES}: a municipality would hand "
            "out a new card (resident happen … card-reissued) / 追記領域が満欄です。再交付してください",
            err=True,
        )
    if typeface.file is None:
        typer.echo(ADVICE, err=True)
    elif faces.boxed:
        lacking = " ".join("+".join(f"U+{ord(each):04X}" for each in cluster) for cluster in faces.boxed)
        typer.echo(f"drawn as a box, the font lacks them / フォントにない文字: {lacking}", err=True)


def _found(card: str) -> tuple[Profile, FirstPrint | None]:
    """Return the card in a folder, else the one of the world that is up with this serial or holder."""
    if holds_card(Path(card)):
        profile, _ = look_at_card(Path(card))
        return profile, read_printed(Path(card))
    with ControlClient(home()) as control:
        in_slots = {slot.card: slot.resident for slot in control.slots()}
        found = control.card(in_slots.get(card) or _holder(control, card))
    return msgspec.json.decode(msgspec.json.encode(found.profile), type=Profile), first_print_of(found)


def _holder(control: ControlClient, card: str) -> str:
    """Return whose card it is: a resident's id as it stands, or whoever has the card with this serial."""
    known = control.residents()
    if any(each.resident.id == card for each in known):
        return card
    for each in known:
        if each.certificates and control.card(each.resident.id).serial == card:
            return each.resident.id
    raise ConfigurationError(f"card {card}: expected a folder, a card's serial or a holder's id, actual none of these")


def _change(text: str) -> tuple[date, str]:
    day, _, what = text.partition(" ")
    try:
        when = date.fromisoformat(day)
    except ValueError as fault:
        raise ConfigurationError(f"--change {text!r}: expected such as {CHANGE_EXPECTED!r}, {fault}") from fault
    if not what.strip():
        raise ConfigurationError(f"--change {text!r}: expected such as {CHANGE_EXPECTED!r}, actual no text")
    return when, what.strip()


def _save(pictures: dict[str, bytes], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in pictures.items():
            (out / name).write_bytes(content)
            typer.echo(str(out / name))
    except OSError as fault:
        raise ConfigurationError(f"{out}: expected a folder to write, actual {fault.strerror}") from fault

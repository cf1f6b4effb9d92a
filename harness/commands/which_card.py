"""Options that say which of somebody's cards is meant: in which form, genuine or not."""

from typing import Annotated

import msgspec
import typer

from harness.card_options import option_rows, read_options
from harness.doors.control_messages import WhichCard
from harness.forgery import Variant
from harness.presented import FORMS, Form

FormOption = Annotated[
    Form,
    typer.Option(help="the card, a phone's certificates, the next card (ASSUMED) / カード・スマホ・次期カード（仮定）"),
]
VariantOption = Annotated[
    Variant | None,
    typer.Option(metavar="WORD", help="not genuine, in this way; `card variants` lists them / 不正なカードの種類"),
]
OtherOption = Annotated[
    str | None,
    typer.Option(
        metavar="RESIDENT", help="whose chip a clone or a splice is on; nobody known by default / チップの持ち主"
    ),
]


OptionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="NAME=VALUE", help="what no source tells; `card options` lists them / 不明な挙動の選択"
    ),
]


def which(form: Form, variant: Variant | None, other: str | None, options: list[str] | None = None) -> WhichCard:
    """Return what was asked for as a message; ConfigurationError for an option that there is none of."""
    said = ",".join(options or ())
    read_options(said)
    return WhichCard(
        form=form,
        variant=msgspec.UNSET if variant is None else variant,
        other=msgspec.UNSET if other is None else other,
        options=said,
    )


def variants() -> None:
    """List the forms of a card, and the cards that are not what they claim / カードの形態と不正なカードの一覧"""
    for form, (japanese, english) in FORMS.items():
        typer.echo(f"--form {form}  {japanese} / {english}")
    for variant in Variant:
        japanese, english = variant.told
        typer.echo(f"--variant {variant}  {japanese} / {english}")


def options() -> None:
    """List what a card may do otherwise where no source tells, with the defaults / 不明な挙動の選択肢と既定値"""
    for row in option_rows():
        typer.echo(f"--option {row.name}={row.default}  ({row.form})  {row.english}")

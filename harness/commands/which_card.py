"""Options that say which of somebody's cards is meant: in which form, genuine or not."""

from typing import Annotated

import msgspec
import typer

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


def which(form: Form, variant: Variant | None, other: str | None) -> WhichCard:
    """Return what was asked for as a message."""
    return WhichCard(
        form=form,
        variant=msgspec.UNSET if variant is None else variant,
        other=msgspec.UNSET if other is None else other,
    )


def variants() -> None:
    """List the forms of a card, and the cards that are not what they claim / カードの形態と不正なカードの一覧"""
    for form, (japanese, english) in FORMS.items():
        typer.echo(f"--form {form}  {japanese} / {english}")
    for variant in Variant:
        japanese, english = variant.told
        typer.echo(f"--variant {variant}  {japanese} / {english}")

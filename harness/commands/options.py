"""Options that several commands have in common."""

from typing import Annotated

import typer

Timeout = Annotated[
    float, typer.Option(help="seconds the product may take for one answer / 応答の制限時間", min=0.1, max=600)
]

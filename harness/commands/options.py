"""Options that several commands have in common."""

from pathlib import Path
from typing import Annotated

import typer

Timeout = Annotated[
    float, typer.Option(help="seconds the product may take for one answer / 応答の制限時間", min=0.1, max=600)
]
Of = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="of the process whose `serve jlis --json FILE` this is; by default the world that is up / 対象のプロセス",
    ),
]

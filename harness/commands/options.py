"""Options that several commands have in common."""

from pathlib import Path
from typing import Annotated

import typer

from harness.population import PopulationProfile

Store = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|URL", help="keep the world in this file or PostgreSQL database / 世界を保存するファイル・DB"
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="who lives there follows from it; default 1 / 住民を決める種（既定 1）", min=0)
]
Residents = Annotated[int, typer.Option(help="residents of a new world, with cards / 新しい世界の住民の数", min=0)]
Running = Annotated[
    bool | None,
    typer.Option("--running/--frozen", help="default of a new world: running / 時計を動かす・止める（既定は動かす）"),
]
At = Annotated[
    str | None,
    typer.Option(help="where the clock is set; a new world's default is now / 時計の時刻（新しい世界の既定は現在）"),
]
Population = Annotated[PopulationProfile, typer.Option(help="who lives there / 住民の種類")]
RESIDENTS = 3
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

"""The options of `kazashi load run`, in the groups in which its help shows them, each explained in both languages."""

from pathlib import Path
from typing import Annotated

import typer

from loadtests.options import LONGEST_RUN, MOST_ARRIVALS, MOST_USERS, MOST_WORKERS
from loadtests.shapes import Shape
from loadtests.vocabulary import Signatures

WHERE_TO = "Where to / 対象"
WHO = "Who comes / 利用者"
HOW = "How / 負荷のかけ方"
WHERE_FROM = "Where from / 生成元"
RESULT = "Result / 結果"

Target = Annotated[
    str,
    typer.Option(
        help="reference, http://HOST:PORT, command:PROGRAM; ocsp:URL, crl:URL, platform:URL (or :own); "
        "python:MODULE; pcsc:READER,… (docs/load.md) / 試験対象",
        rich_help_panel=WHERE_TO,
    ),
]
World = Annotated[
    str,
    typer.Option(
        metavar="STORE",
        help="the register that a responder or a server of lists answers for / 応答の正解となる台帳の保存先",
        rich_help_panel=WHERE_TO,
    ),
]
Own = Annotated[
    bool,
    typer.Option(
        "--i-own-this-target",
        help="load an address beyond this machine; names of production are refused all the same "
        "/ 自分が管理する他の機械へ負荷をかける（本番は常に拒否）",
        rich_help_panel=WHERE_TO,
    ),
]
Pin = Annotated[
    str,
    typer.Option(help="of the cards in pcsc readers / リーダー内カードの暗証番号", rich_help_panel=WHERE_TO),
]
Timeout = Annotated[
    float,
    typer.Option(
        help="seconds the target may take for one answer / 応答の制限時間（秒）",
        min=0.1,
        max=600,
        rich_help_panel=WHERE_TO,
    ),
]
Patience = Annotated[
    float,
    typer.Option(
        help="seconds within which the target, and every worker, must be ready / 準備を待つ秒数",
        min=0.1,
        max=600,
        rich_help_panel=WHERE_TO,
    ),
]
Users = Annotated[
    int, typer.Option(help="visitors at a time / 同時利用者数", min=1, max=MOST_USERS, rich_help_panel=WHO)
]
MixName = Annotated[
    str, typer.Option(help="who comes, for what (kazashi load mixes) / 利用者の構成", rich_help_panel=WHO)
]
Bad = Annotated[
    str,
    typer.Option(
        help="share to be refused: 0.2, or revoked=1%,forged=1%; else the mix's / 拒否すべき割合",
        rich_help_panel=WHO,
    ),
]
PopulationName = Annotated[
    str,
    typer.Option(help="folder, or number of holders (kazashi load population) / 利用者の集団", rich_help_panel=WHO),
]
SignedBy = Annotated[
    Signatures,
    typer.Option(help="who signs: the holder's key, or the virtual card / 署名の方法", rich_help_panel=WHO),
]
Enrolled = Annotated[
    int, typer.Option(help="good holders enrolled before the load / 事前登録数", min=0, rich_help_panel=WHO)
]
Seed = Annotated[
    int,
    typer.Option(help="residents and mix follow from it / 住民と配分を決める種", min=0, rich_help_panel=WHO),
]
Seconds = Annotated[
    int, typer.Option(help="length of the load / 負荷をかける秒数", min=1, max=LONGEST_RUN, rich_help_panel=HOW)
]
Minutes = Annotated[
    float,
    typer.Option(
        help="the same in minutes, in place of --seconds / 分で指定", min=0, max=LONGEST_RUN / 60, rich_help_panel=HOW
    ),
]
ShapeOfLoad = Annotated[Shape, typer.Option(help="course of the load / 負荷の形", rich_help_panel=HOW)]
Rate = Annotated[
    float,
    typer.Option(
        help="visits a second, whatever becomes of those before (open loop); 0: users / 到着率",
        min=0,
        max=MOST_ARRIVALS,
        rich_help_panel=HOW,
    ),
]
Think = Annotated[
    bool,
    typer.Option(
        help="users of a closed loop pause between visits as the mix says / 訪問の間に構成表の待ち時間を置く",
        rich_help_panel=HOW,
    ),
]
Fault = Annotated[
    list[str] | None,
    typer.Option(help="KIND@START+LENGTH (docs/load.md) / 負荷中の障害（繰り返し可）", rich_help_panel=HOW),
]
Processes = Annotated[
    int,
    typer.Option(
        help="Locust processes on this machine / この機械での生成プロセス数",
        min=1,
        max=MOST_WORKERS,
        rich_help_panel=WHERE_FROM,
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        help="workers on other machines to wait for (kazashi load worker); this one is their master "
        "/ 他の機械のワーカー数（この機械がマスター）",
        min=0,
        max=MOST_WORKERS,
        rich_help_panel=WHERE_FROM,
    ),
]
Bind = Annotated[
    str,
    typer.Option(
        metavar="HOST:PORT",
        help="where the workers find the master; unencrypted: a network of your own / マスターの待ち受け（暗号化なし）",
        rich_help_panel=WHERE_FROM,
    ),
]
Share = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="folder that the workers see, too: the people are put there for the run / ワーカーと共有するフォルダー",
        rich_help_panel=WHERE_FROM,
    ),
]
Ceiling = Annotated[
    int,
    typer.Option(
        help="seconds in which the generator's own ceiling is measured; 0: not at all / 生成器の上限を測る秒数",
        min=0,
        max=600,
        rich_help_panel=WHERE_FROM,
    ),
]
Counter = Annotated[
    str, typer.Option(help="the target's own /metrics / 試験対象の計測値の URL", rich_help_panel=RESULT)
]
MetricsPort = Annotated[
    int,
    typer.Option(
        help="the generator's own /metrics, on loopback / 負荷発生器の計測値", min=0, max=65535, rich_help_panel=RESULT
    ),
]
Out = Annotated[
    Path,
    typer.Option(help="folder of load.json, load.html and history.jsonl / 結果の出力先", rich_help_panel=RESULT),
]

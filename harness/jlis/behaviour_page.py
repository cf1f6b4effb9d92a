"""docs/jlis.md: what the fake J-LIS does, how sure that is, and what else can be chosen, in both languages."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from harness.jlis.behaviour import Behaviour

FILE = Path(__file__).parent.parent.parent / "docs" / "jlis.md"
CHAPTERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("証明書", "Certificates"): (
        "names", "generations", "populations", "entries", "profiles", "holder_attributes", "validity", "card_issuer",
        "next_generation",
    ),
    ("失効リスト", "Revocation lists"): ("crl", "crl_practice", "crl_points", "crl_archive", "reasons"),
    ("OCSP", "OCSP"): (
        "marks", "ocsp", "ocsp_request", "ocsp_policy", "ocsp_delegates", "ocsp_presigned", "ocsp_requestor",
    ),
    ("紐付け・4情報・手数料", "Links, attributes, fees"): ("linking", "attributes", "consent", "fees"),
}  # fmt: skip
"""The modules that say how they behave, in the order of the page."""
HEAD = """# The fake J-LIS, and how sure we are / 模擬 J-LIS の挙動と確度

Written by `python -m harness.jlis.behaviour_page` from the constants BEHAVIOURS of `harness/jlis`; a test fails when it
is not what they say. *normative*: an official text or a standard says so; *published*: public documents of somebody
who runs it; *observed*: read from a genuine artefact; *assumed*: nothing public was found, the choice is ours and a
verdict must not rest on it alone. What events of life do: [life-cycle.md](life-cycle.md). What is wrong on purpose:
`kazashi jlis fault --help` and `harness/jlis/wrong_certificates.py`.

このページは `python -m harness.jlis.behaviour_page` が `harness/jlis` の BEHAVIOURS から生成し、差異があればテストが
失敗する。「規定」は公的文書または標準、「公表」は運用者の公開資料、「観察」は実物から読み取ったもの、「仮定」は
公開情報が見つからず本エミュレータが選んだもので、それだけを根拠に判定してはならない。
"""
COLUMNS = "| 挙動 / behaviour | 確度 / confidence | 出典 / source | 選択肢 / choices |\n|---|---|---|---|\n"


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "".join(_chapter(*names, modules) for names, modules in CHAPTERS.items())


def behaviours(module: str) -> tuple[Behaviour, ...]:
    """Return what a module of `harness.jlis` says of itself; nothing where it decides nothing that a product meets."""
    found: tuple[Behaviour, ...] = getattr(importlib.import_module(f"harness.jlis.{module}"), "BEHAVIOURS", ())
    return found


def _chapter(japanese: str, english: str, modules: tuple[str, ...]) -> str:
    heading = english if japanese == english else f"{japanese} / {english}"
    return f"\n## {heading}\n\n{COLUMNS}" + "".join(_rows(modules))


def _rows(modules: tuple[str, ...]) -> Iterator[str]:
    for module in modules:
        for each in behaviours(module):
            sure = f"{each.confidence.japanese} / {each.confidence.value}"
            yield f"| {each.japanese}<br>{each.english} | {sure} | {each.source} | {each.choices or '–'} |\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

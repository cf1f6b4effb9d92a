"""Rows as a chart: a bar for each ratio, a line where its target stands, drawn as SVG that needs nothing else."""

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from harness.bench.row import Row

_TEMPLATE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {{ 60 + 26 * bars|length }}" role="img"
  font-family="sans-serif" font-size="12">
<title>{{ title }}</title>
<text x="10" y="22" font-size="15">{{ title }}</text>
{%- for bar in bars %}
<g transform="translate(0 {{ 40 + 26 * loop.index0 }})">
<text x="190" y="14" text-anchor="end">{{ bar.name }}</text>
<rect x="200" y="2" width="{{ bar.width }}" height="16" fill="{{ bar.fill }}"><title>{{ bar.note }}</title></rect>
<text x="{{ 206 + bar.width }}" y="14">{{ bar.label }}</text>
{%- if bar.target is not none %}
<line x1="{{ 200 + bar.target }}" x2="{{ 200 + bar.target }}" y1="-1" y2="21" stroke="#222" stroke-width="2"/>
{%- endif %}
</g>
{%- endfor %}
</svg>
"""
_WIDTH = 440.0
_MET, _MISSED, _NEITHER = "#2a7f62", "#b3541e", "#8a8f98"
"""Told apart by brightness too; the label says it in words."""
_SHARE = re.compile(r"([0-9.]+) %|([0-9.]+)%")


def draw(rows: Sequence[Row], title: str) -> str:
    """Return the chart of those rows that are a share of a reference; shares above one fill the width."""
    bars = [_bar(row) for row in rows if row.ratio is not None and row.ratio <= 1]
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(_TEMPLATE).render(title=title, bars=bars)


def write(rows: Sequence[Row], title: str, path: Path) -> None:
    """Write the chart into a file."""
    path.write_text(draw(rows, title), encoding="utf-8")


def _bar(row: Row) -> dict[str, object]:
    ratio = row.ratio or 0.0
    found = _SHARE.search(row.target)
    target = None if found is None else float(found[1] or found[2]) / 100 * _WIDTH
    said = {True: " met / 達成", False: " missed / 未達", None: ""}[row.met]
    return {
        "name": row.name,
        "width": round(ratio * _WIDTH, 1),
        "label": f"{ratio:.1%} ({row.target}{said})" if row.target else f"{ratio:.1%}",
        "fill": {True: _MET, False: _MISSED, None: _NEITHER}[row.met],
        "note": row.note,
        "target": target,
    }

"""A sequence picture as SVG: lifelines, arrows between them, notes across; colour is never the only sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from conformance.report.view import Both

BETWEEN, MARGIN, ROW, HEAD, BOX = 230, 95, 30, 40, 20
MOST_ARROWS = 60
"""A case has a dozen; a loop that never ends has no end of them."""
WIDE = 30
"""Characters that fit between two lifelines; one of Japanese takes two."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Somebody tells somebody something; an answer is dashed, and what was not due is marked with a cross."""

    source: int
    target: int
    text: Both
    answer: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happens, across all lifelines."""

    text: Both
    broken: bool = False


Drawn = Arrow | Note


def picture(parties: Sequence[Both], drawn: Sequence[Drawn], title: Both) -> str:
    """Return the SVG: both languages in it, one of them shown by the page's own rule."""
    left_out = max(0, len(drawn) - MOST_ARROWS)
    rows = list(drawn[:MOST_ARROWS])
    if left_out:
        rows.append(Note(Both(f"… and {left_out} more", f"… ほか{left_out}件")))
    width, height = 2 * MARGIN + BETWEEN * (len(parties) - 1), HEAD + ROW * len(rows) + 24
    label = escape(f"{title.ja} / {title.en}")
    parts = [f'<svg class="sequence" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">']
    for number, name in enumerate(parties):
        at = MARGIN + BETWEEN * number
        parts.append(f'<line class="life" x1="{at}" y1="{HEAD - 8}" x2="{at}" y2="{height - 4}"/>')
        parts.append(f'<rect class="party" x="{at - 80}" y="4" width="160" height="26" rx="4"/>')
        parts.append(_text(at, 22, name, "middle"))
    for number, each in enumerate(rows):
        y = HEAD + ROW * number + BOX
        parts.append(_note(each, y, width) if isinstance(each, Note) else _arrow(each, y))
    return "".join((*parts, "</svg>"))


def _note(note: Note, y: int, width: int) -> str:
    mark = "✗ " if note.broken else ""
    shown = Both(mark + note.text.en, mark + note.text.ja)
    style = "note broken" if note.broken else "note"
    box = f'<rect class="{style}" x="10" y="{y - 15}" width="{width - 20}" height="21" rx="3"/>'
    return box + _text(20, y, _cut(shown, 110), "start", style)


def _arrow(arrow: Arrow, y: int) -> str:
    start, end = MARGIN + BETWEEN * arrow.source, MARGIN + BETWEEN * arrow.target
    back = 7 if end < start else -7
    style = " ".join(filter(None, ("arrow", "answer" if arrow.answer else "", "broken" if arrow.broken else "")))
    line = f'<line class="{style}" x1="{start}" y1="{y}" x2="{end}" y2="{y}"/>'
    head = f'<path class="{style} head" d="M{end} {y}l{back} -4v8z"/>'
    mark = "✗ " if arrow.broken else ""
    shown = Both(mark + arrow.text.en, mark + arrow.text.ja)
    most = WIDE * max(1, abs(arrow.target - arrow.source))
    return line + head + _text((start + end) // 2, y - 5, _cut(shown, most), "middle", "broken" if arrow.broken else "")


def _cut(text: Both, most: int) -> Both:
    return Both(_fitting(text.en, most), _fitting(text.ja, most))


def _fitting(text: str, most: int) -> str:
    """Return as much of a text as fits; a character beyond Latin takes two places."""
    room = most
    for at, character in enumerate(text):
        room -= 2 if ord(character) > 0x2E80 else 1
        if room < 0:
            return f"{text[:at]}…"
    return text


def _text(x: int, y: int, text: Both, anchor: str, style: str = "") -> str:
    where = f'x="{x}" y="{y}" text-anchor="{anchor}"' + (f' class="{style}"' if style else "")
    if text.en == text.ja:
        return f"<text {where}>{escape(text.en)}</text>"
    return f'<text {where} lang="ja">{escape(text.ja)}</text><text {where} lang="en">{escape(text.en)}</text>'

"""index.html: one file that opens offline, in Japanese and English, what failed first; and what paper shows of it."""

from pathlib import Path

import jinja2

from conformance.judge import Verdict
from conformance.report.apdus import shortened
from conformance.report.fields import PERSONS
from conformance.report.view import ReportShown
from conformance.report.words import WORDS

ORDER = (Verdict.FAIL, Verdict.HARNESS_ERROR, Verdict.TIMEOUT, Verdict.REVIEW, Verdict.WARN, Verdict.NA, Verdict.PASS)
FOLDED = frozenset({Verdict.PASS.value, Verdict.NA.value})
"""Nobody has to open these."""
BYTES_SHOWN = 32
"""Of one command or answer: a certificate's other bytes say nothing to people."""
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def page(report: ReportShown, *, language: str) -> str:
    """Return the report as HTML; `language` (ja or en) is shown first, the other is one click away."""
    return TEMPLATES.get_template("page.html").render(
        report=report,
        language=language,
        groups=[(verdict.value, cases) for verdict in ORDER if (cases := report.of(verdict.value))],
        folded=FOLDED,
        words=WORDS,
        persons=PERSONS,
        shortened=lambda pairs: shortened(pairs, BYTES_SHOWN),
    )

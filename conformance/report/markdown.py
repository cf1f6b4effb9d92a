"""summary.md: the run for a merge request or a job's summary page: verdict, counts, what failed and what to do."""

from conformance.report.page import FOLDED, ORDER
from conformance.report.view import Both, CaseShown, ReportShown
from conformance.report.words import WORDS

MOST_CASES = 50
"""Job summaries are cut at a megabyte; what is left out is counted."""
LONGEST = 500
SPECIAL = str.maketrans({each: f"\\{each}" for each in "\\`*_[]<>|#~"})


def summary(report: ReportShown, *, language: str) -> str:
    """Return the summary in one language."""

    def word(key: str) -> str:
        return WORDS[key][language]

    name = f"{report.product} {report.version}".strip()
    lines = [
        f"# {word('title')}: {_plain(name)}",
        "",
        f"**{word(report.verdict)}** · {word('role')} {report.role}",
        "",
        f"{word('about ' + report.verdict)}",
        "",
        f"| {word('verdict')} | {word('cases')} |",
        "|---|---|",
        *(f"| {verdict} | {count} |" for verdict, count in report.counts.items()),
        "",
    ]
    troubled = [case for verdict in ORDER if verdict.value not in FOLDED for case in report.of(verdict.value)]
    if troubled:
        lines += [f"## {word('attention')}", ""]
        for case in troubled[:MOST_CASES]:
            lines += _case(case, language)
        if len(troubled) > MOST_CASES:
            lines += [f"… +{len(troubled) - MOST_CASES}: index.html", ""]
    if report.expectations:
        lines += [f"## {word('expected failures')}", ""]
        lines += [
            f"- `{each.case}`: {word('state ' + each.state.value)}; {_plain(each.reason)} "
            f"({_plain(each.owner)}, {each.until}, <{each.link}>)"
            for each in report.expectations
        ]
        lines.append("")
    if report.not_applicable:
        lines += [f"## {word('not applicable')}", ""]
        lines += [
            f"- {', '.join(missing) or word('missing otherwise')}: {len(cases)}"
            for missing, cases in report.not_applicable.items()
        ]
        lines.append("")
    lines += [f"## {word('provenance')}", ""]
    lines += [f"- {word(key)}: {_plain(said)}" for key, said in report.facts]
    return "\n".join([*lines, "", word("synthetic"), ""])


def _case(case: CaseShown, language: str) -> list[str]:
    def word(key: str) -> str:
        return WORDS[key][language]

    def told(text: Both) -> str:
        return _plain(text.in_language(language))

    places = ", ".join(
        place.text if place.address is None else f"[{place.text}]({place.address})" for place in case.clauses
    )
    lines = [
        f"### {case.number}. {case.verdict} `{case.id}`",
        "",
        told(case.title),
        "",
        f"- {word('requirement')}: {case.requirement} ({case.level}), {places}",
    ]
    for number, check in case.broken:
        lines.append(
            f"- {case.number}.{number} {told(check.label)}: {word('expected')} **{_plain(check.expected)}**, "
            f"{word('actual')} **{_plain(check.actual)}**"
        )
    if case.interruption:
        lines.append(f"- {_plain(case.interruption)}")
    if case.excused:
        lines.append(f"- {_plain(case.excused)}")
    lines += [f"- {word('advice')}: {told(text)}" for text in case.advice]
    return [*lines, f"- {word('again')}: `{case.again}`", ""]


def _plain(text: str) -> str:
    """Return what a product said as text in one line: it is no markup of ours."""
    shown = " ".join(text.split())
    return (shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…").translate(SPECIAL)

"""index.html: one file that opens offline, in Japanese and English, what failed first."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from cardsim.trace import TraceLine, decode
from conformance.certification import Certification
from conformance.judge import Judgement, Verdict
from conformance.observation import ObservedStep
from conformance.privacy.told import searched_fields
from conformance.report.words import WORDS, check_name
from conformance.steps import At, Move, Revoke, StoryStep

ORDER = (Verdict.FAIL, Verdict.HARNESS_ERROR, Verdict.TIMEOUT, Verdict.REVIEW, Verdict.WARN, Verdict.NA, Verdict.PASS)
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def page(run: Certification, *, language: str) -> str:
    """Return the report as HTML; `language` (ja or en) is shown first, the other is one click away."""
    judgements = sorted(run.judgements.values(), key=lambda judgement: ORDER.index(judgement.verdict))
    counts = {verdict.value: sum(j.verdict is verdict for j in judgements) for verdict in ORDER}
    return TEMPLATES.get_template("page.html").render(
        run=run,
        language=language,
        suite=version("kazashi"),
        judgements=judgements,
        counts={verdict: count for verdict, count in counts.items() if count},
        words=WORDS,
        searched=searched_fields(run.searched),
        check_name=check_name,
        told=told,
        said=said,
        trace_text=trace_text,
        exchange_text=exchange_text,
        unset=msgspec.UNSET,
        again=again,
    )


def told(step: StoryStep) -> str:
    """Return a step of the story in a few words, as the catalogue writes it."""
    verb = type(step).__name__.lower()
    match step:
        case At(time=time, day=day):
            return f"{time} JST" + (f" (+{day} d)" if day else "")
        case Move():
            return "move (転居)"
        case Revoke(kind=kind, reason=reason):
            return f"revoke {kind.value}: {reason}"
    special = {name: value for name, value in msgspec.to_builtins(step).items() if name != "do"}
    return verb + "".join(f" · {name}: {value}" for name, value in special.items())


def said(observed: ObservedStep) -> str:
    """Return what the product (or the card) answered to a step; empty when nobody was asked."""
    if observed.outcome is None:
        return observed.card_refusal or ""
    return f"{observed.outcome.decision.value} {observed.outcome.reason.value}"


def trace_text(lines: tuple[TraceLine, ...], language: str) -> str:
    """Return the card's trace for people."""
    return "\n".join(decode(line, "ja" if language == "ja" else "en") for line in lines)


def exchange_text(observed: ObservedStep) -> str:
    """Return the messages of a step as they went over the wire, long base64 shortened."""
    parts = [
        f"POST /kazashi/v1/{exchange.verb.value}  ({exchange.seconds * 1000:.1f} ms)\n"
        f"> {_shortened(exchange.request)}\n< {exchange.http} {_shortened(exchange.answer)}"
        for exchange in observed.exchanges
    ]
    return "\n".join(parts)


def again(run: Certification, judgement: Judgement) -> str:
    """Return the command that runs this case and its twin once more."""
    return f"./kazashi certify --target {json.dumps(run.target)} --seed {run.seed} --case {judgement.case.id}"


def _shortened(text: str) -> str:
    try:
        return json.dumps(_short(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return text[:500]


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    if isinstance(value, str) and len(value) > 64:
        return f"{value[:32]}… ({len(value)} characters)"
    return value

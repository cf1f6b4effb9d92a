"""A play that did not come out, as a story: the lines that a person would write, expecting what the oracle foretold."""

import re
from datetime import date

from scenarios.exploration.reduction import Small

REQUIREMENTS = {
    "EXPIRED": "RP-PATH-002", "NOT_YET_VALID": "RP-PATH-002", "UNKNOWN_ISSUER": "RP-PATH-001",
    "WRONG_PURPOSE": "RP-PATH-009", "BAD_SIGNATURE": "RP-PROOF-001", "MALFORMED": "RP-PROOF-001",
    "CHALLENGE_REPLAYED": "RP-PROOF-003", "CHALLENGE_MISMATCH": "RP-PROOF-002", "CHALLENGE_EXPIRED": "RP-PROOF-005",
    "REVOKED": "RP-OCSP-012", "ON_HOLD": "RP-OCSP-012", "STATUS_UNKNOWN": "RP-OCSP-012", "STATUS_STALE": "RP-OCSP-012",
    "STATUS_UNAVAILABLE": "RP-OCSP-022", "STATUS_UNTRUSTED": "RP-OCSP-006", "NOT_ENROLLED": "RP-KAZ-001",
    "CARD_NOT_GENUINE": "RP-KAZ-002", "CARD_CHANGED": "RP-KAZ-003", "HOLDER_MISMATCH": "RP-KAZ-003",
    "PLACE_NOT_ALLOWED": "RP-KAZ-005", "POLICY": "RP-KAZ-007", "RENEWAL_PENDING": "RP-ACC-002",
    "ALREADY_ENROLLED": "RP-ACC-001",
}  # fmt: skip
"""What a story is about, by what it ends with: a first guess, to be looked at by whoever keeps the story."""
OF_THE_CARD = "TC-PIN-003"
WIDTH = 120


def story_of_play(small: Small, seed: int) -> tuple[str, str]:
    """Return the name of a story file, and what stands in it."""
    complaint = small.report.splitlines()[0]
    last = small.lines[-1].strip()
    what = re.sub(r"\W+", "_", last.partition("(")[2] and last.lower()).strip("_")[:60].strip("_")
    name = f"found_{what}_{small.begins:%m%d}_{seed}"
    fixtures = ["town: Town", "clock: StoryClock"]
    body = "\n".join(f"    {line}" for line in small.lines)
    if "jlis." in body:
        fixtures.append("jlis: Jlis")
    used = ["Confidence", "StoryClock", "Town", "story", "date"]
    used += [word for word in ("Desk", "Environment", "Fault", "Jlis", "Reason", "Secret", "timedelta") if word in body]
    used += ["Jlis"] if "jlis." in body and "Jlis" not in used else []
    said = complaint.replace("expected ", "").replace(", actual ", "; actual ")
    text = f'''"""Found by `kazashi scenario explore --seed {seed}`, and made small: {complaint}."""

from scenarios.vocabulary import {", ".join(sorted(set(used)))}


@story(
    requirement="{_requirement(last)}",
    confidence=Confidence.ASSUMED,
    begins={_date(small.begins)},
    alone=True,
    en="Found by exploring: {_ascii(said)}",
    ja="探索で見つかった筋書き（期待と実際の相違: {_ascii(said)}）",
)
def test_{name}({", ".join(fixtures)}) -> None:
{_wrapped(body)}
'''
    return f"test_{name}.py", text


def _requirement(last: str) -> str:
    if ".answers(0x" in last:
        return OF_THE_CARD
    return next((id_ for reason, id_ in REQUIREMENTS.items() if reason in last), "RP-KAZ-002")


def _date(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace('"', "'")


def _wrapped(body: str) -> str:
    """Break lines that are too long behind the opening parenthesis."""
    lines = []
    for line in body.splitlines():
        if len(line) <= WIDTH:
            lines.append(line)
            continue
        head, _, rest = line.partition("(")
        indent = " " * (len(line) - len(line.lstrip()))
        lines += [f"{head}(", f"{indent}    {rest[:-1]}", f"{indent})"]
    return "\n".join(lines)

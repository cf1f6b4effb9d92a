"""What happened in a case of the other roles, as a picture: by the card's trace, or a responder's HTTP."""

from collections.abc import Iterator
from itertools import groupby

from conformance.register import RequiredOf
from conformance.report.lifelines import Arrow, Drawn, Note, picture
from conformance.report.party_story import note_of
from conformance.report.view import Apdu, Both
from conformance.roles.role_run import RoleJudgement

KAZASHI = Both("Kazashi", "Kazashi")
PRODUCT, CARD = Both("product", "製品"), Both("card", "カード")
RESPONDER = Both("responder (product)", "レスポンダー（製品）")
TITLE = Both("Sequence of messages", "電文の流れ")


def role_picture(role: str, judgement: RoleJudgement, apdus: tuple[Apdu, ...]) -> str:
    """Return the sequence picture of a case; empty where nothing went over the line."""
    end = [note_of(check) for check in judgement.checks if not check.held]
    if role == RequiredOf.TAP_CLIENT.value and apdus:
        asked = judgement.transcript.partition("\n")[0].partition(":")
        run = Arrow(0, 1, Both(f"run {asked[0]}", f"run {asked[0]}"))
        said = Arrow(1, 0, Both(asked[2].strip(), asked[2].strip()), answer=True, broken=bool(end))
        return picture((KAZASHI, PRODUCT, CARD), [run, *_commands(apdus, 1, 2), said, *end], TITLE)
    if apdus:
        return picture((KAZASHI, Both("card (product)", "カード（製品）")), [*_commands(apdus, 0, 1), *end], TITLE)
    if judgement.transcript:
        return picture((KAZASHI, RESPONDER), [*_lines(judgement.transcript), *end], TITLE)
    return ""


def _commands(apdus: tuple[Apdu, ...], source: int, target: int) -> Iterator[Drawn]:
    """One arrow for neighbours of one name and answer: a file is read in many blocks."""
    for (name, status, meaning), group in groupby(apdus, key=lambda apdu: (apdu.name, apdu.status, apdu.meaning)):
        same = list(group)
        if not same[0].command:
            yield Note(name)
            continue
        times = f" ×{len(same)}" if len(same) > 1 else ""
        yield Arrow(source, target, Both(name.en + times, name.ja.split(" ")[-1] + times))
        yield Arrow(target, source, Both(f"{status} {meaning.en}", f"{status} {meaning.ja}"), answer=True)


def _lines(transcript: str) -> Iterator[Drawn]:
    """A question and what HTTP says of the answer; bodies are left to the transcript itself."""
    for line in transcript.splitlines():
        if line.startswith(("OCSP request", "GET ", "POST ")):
            head = " ".join(line.split()[:2]) if line.startswith("OCSP") else line
            yield Arrow(0, 1, Both(head, head))
        elif line.startswith("HTTP "):
            yield Arrow(1, 0, Both(line, line), answer=True)

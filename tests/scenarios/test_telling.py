"""A story that breaks off says everything that was seen, in both languages, and no PIN."""

from collections.abc import Callable

import pytest

from cardsim.status import Language
from cardsim.trace import Event, TraceLine
from harness.contract.vocabulary import Kind
from harness.jlis.journal import Journal
from scenarios.story import Words
from scenarios.telling import Seen, StoryBroken, Telling
from tests.scenarios.conftest import ASKED, NOW, REFUSED, verify

LONG = TraceLine(3, Event.COMMAND, bytes.fromhex("00B0000000"), bytes(256), 0x9000, b"", 0x0A, "JPKI 000A")
SEEN = Seen(REFUSED, (TraceLine(1, Event.POWER_ON), verify(0x18, 0x9000), LONG), (ASKED,), Kind.AUTH, 7)

ENGLISH = """\
expected accept OK, actual reject ON_HOLD
tap/a-tale (RP-KAZ-002, published): A tale
    2026-12-02 09:15:00  the resident taps
verdict and its steps
    reject ON_HOLD
    decode > status
journal of the fake J-LIS
    2026-12-02 09:15:00  ocsp auth 7000001 - HTTP 200: revoked certificateHold
APDU trace of the last step
        1 -- power on
        1 VERIFY [JPKI]
      > 00 20 00 80 04 ** ** ** **
      < 9000 done
        3 READ BINARY [JPKI 000A]
      > 00 B0 00 00 00
      < 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      < 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      < …
      < 9000 done"""


def broken(telling: Telling, journal: Journal) -> str:
    """The message of a story that was broken off."""
    telling.say(Words("the resident taps", "利用者がかざす"))
    journal.write(ASKED)
    with pytest.raises(StoryBroken) as fault:
        telling.break_off(
            Words("expected accept OK, actual reject ON_HOLD", "期待: accept OK、実際: reject ON_HOLD"), SEEN
        )
    return str(fault.value)


def test_everything_that_was_seen_is_said(telling_in: Callable[[Language], Telling], journal: Journal) -> None:
    """Complaint, story, verdict with steps, journal, trace: whole, but long answers are cut and the PIN is masked."""
    assert broken(telling_in("en"), journal) == ENGLISH


def test_it_is_said_in_japanese(telling_in: Callable[[Language], Telling], journal: Journal) -> None:
    """The same report in Japanese."""
    report = broken(telling_in("ja"), journal)
    for words in ("期待: accept OK", "ある話", "利用者がかざす", "判定とその手順", "電源投入", "模擬J-LISの受付記録"):
        assert words in report


def test_the_journal_of_other_stories_is_left_out(telling_in: Callable[[Language], Telling], journal: Journal) -> None:
    """What was asked before the story began is not its own."""
    journal.write(ASKED)
    report = telling_in("en").report(Words("x", "x"))
    assert f"{NOW:%Y-%m-%d}" not in report

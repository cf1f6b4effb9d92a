"""What befalls an account is in the audit: a line that goes on, a link that was refused, a leaving; and no number."""

import msgspec

from harness.jlis.life_events import LifeEvent
from reference_impl.accounts.links import LinkAnswer, Named, NoLink
from reference_impl.audit.rows import Row
from reference_impl.audit.verify import verify
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Reason
from tests.reference_impl.accounts.town import Town

ENROL, TAP = Purpose.ENROL, Purpose.TAP


def every_row(town: Town) -> list[Row]:
    """The rows of a sound audit."""
    found: list[Row] = []
    assert verify(town.party.audit.writer.storage, seen=lambda row, _: found.append(row)).findings == []
    return found


def rows(town: Town) -> list[Row]:
    """The same, but for the questions to the link service."""
    return [each for each in every_row(town) if each.purpose != "renewal"]


def test_each_question_to_the_link_service_is_a_row(linked: Town) -> None:
    """For the purpose of a renewal, from which terminal, for which service, and whether it answered."""
    card = linked.card(linked.resident())
    assert linked.reason(ENROL, card) == "OK"
    assert linked.links is not None
    assert linked.reason(TAP, card) == "OK"  # it leads to an account: nobody is asked
    (asked,) = [each for each in every_row(linked) if each.purpose == "renewal"]
    assert (asked.who, asked.service, asked.decision, asked.reason) == ("counter-1", "library", "accept", "OK")
    assert [each.serial for each in linked.world.journal.since(0) if each.door == "link"] == [card.auth_serial]


def test_a_renewal_ties_two_pseudonyms(linked: Town) -> None:
    """The old certificate's and the new one's, each as its checks have it, as of the link's mark."""
    resident = linked.resident()
    old = linked.card(resident)
    assert linked.reason(ENROL, old) == "OK"
    linked.happen(resident, LifeEvent.RENEWED)
    new = linked.card(resident)
    assert linked.reason(TAP, new) == "OK"
    enrolment, tap, superseded, renewed = rows(linked)
    assert [each.purpose for each in (enrolment, tap, superseded, renewed)] == [
        "enrol",
        "tap",
        "superseded",
        "renewed-by-link",
    ]
    assert (superseded.holder, renewed.holder) == (enrolment.holder, tap.holder)
    assert {each.status_source for each in (superseded, renewed)} == {"link"}
    assert renewed.status_at == linked.world.clock.now().replace(second=0)
    text = str(every_row(linked))
    for card in (old, new):
        assert f"{card.auth_serial:x}" not in text


def test_a_link_that_does_not_fit_is_a_row(linked: Town) -> None:
    """The refusal of the attempt, and beside it that the link service's answer was refused."""
    resident = linked.resident()
    assert linked.reason(ENROL, linked.card(resident)) == "OK"
    linked.happen(resident, LifeEvent.RENEWED)

    class Looping:
        """A link service whose line comes back to itself."""

        def __init__(self, town: Town) -> None:
            assert town.links is not None
            self._inner = town.links

        def resolve(self, asked: Named) -> LinkAnswer | NoLink:
            told = self._inner.resolve(asked)
            assert isinstance(told, LinkAnswer)
            return msgspec.structs.replace(told, previous=(*told.previous, told.asked))

    linked.party._links = Looping(linked)
    linked.party.configure(linked.party.configuration)
    verdict = linked.attempt(TAP, linked.card(resident), hinted=False)
    assert verdict.reason == "NOT_ENROLLED"
    assert verdict.finding is not None
    assert ("矛盾" in verdict.finding.ja, "no loop" in verdict.finding.en) == (True, True)
    *_, tap, link = rows(linked)
    assert [(each.purpose, each.decision, each.reason) for each in (tap, link)] == [
        ("tap", "reject", "NOT_ENROLLED"),
        ("link", "reject", "NOT_ENROLLED"),
    ]
    assert link.holder == tap.holder


def test_leaving_is_a_row(linked: Town) -> None:
    """Whether there was something to leave or not."""
    card = linked.card(linked.resident())
    assert linked.reason(ENROL, card) == "OK"
    assert [linked.unlink(card), linked.unlink(card)] == ["OK", "NOT_ENROLLED"]
    enrolment, *left = rows(linked)
    assert [(each.purpose, each.decision, each.holder == enrolment.holder) for each in left] == [
        ("unlink", "accept", True),
        ("unlink", "reject", True),
    ]


def test_merging_is_two_rows_by_whose_word(linked: Town) -> None:
    """The staff's word, and the pseudonyms of both certificates; a certificate of nobody's is refused."""
    first = linked.card(linked.resident())
    second = linked.world.issue_card(linked.world.new_resident(birth_date=first.resident.birth_date).id)
    linked.next_mark()
    assert [linked.reason(ENROL, each) for each in (first, second)] == ["OK", "OK"]
    merged = linked.party.merge(first.auth_certificate, second.auth_certificate, "clerk-3")
    assert not isinstance(merged, Reason)
    assert linked.id_of(second) == merged.kept
    assert linked.party.merge(first.auth_certificate, first.sign_certificate, "clerk-3") is Reason.UNKNOWN_ISSUER
    one, other, kept, gone = rows(linked)
    assert [(each.who, each.purpose, each.reason) for each in (kept, gone)] == [
        ("clerk-3", "merge", "OK"),
        ("clerk-3", "merged", "OK"),
    ]
    assert (kept.holder, gone.holder) == (one.holder, other.holder)

"""Found by exploring: the oracle wrote on a card that nobody had shown at the counter."""

from scenarios.vocabulary import Confidence, Reason, StoryClock, Town, date, story


@story(
    requirement="RP-OCSP-013",
    confidence=Confidence.ASSUMED,
    begins=date(2027, 12, 27),
    alone=True,
    en="A birth date corrected while the card is suspended is not in its chip: the hold is the reason, no other holder",
    ja="一時停止中に生年月日が訂正されてもチップは書き換わらず、拒否の理由は一時停止である",
)
def test_birth_date_corrected_while_suspended(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(to_somebody_born=date(1970, 6, 1))
    clock.turns_to("07:15:01")
    resident.enrols().is_accepted()
    resident.has_the_functions_stopped()
    resident.has_the_birth_date_corrected()
    clock.turns_to("07:30:00")
    resident.links_the_renewed_card().is_refused(Reason.ON_HOLD)

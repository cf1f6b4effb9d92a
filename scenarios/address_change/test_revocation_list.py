"""The revocation list is published once a day; 03:00 in Japan is this emulation's choice (spec/pki.md §2)."""

from scenarios.vocabulary import Confidence, Jlis, Reason, Resident, StoryClock, story


@story(
    requirement="RP-CRL-016",
    confidence=Confidence.ASSUMED,
    en="Until the next publication the list does not show the move, though OCSP does: whoever needs today asks OCSP",
    ja="次の公表までは失効リストに転居は現れない。OCSPは既に失効と答える（当日の確実さにはOCSPが必要）",
)
def test_list_is_silent_until_the_next_publication(resident: Resident, clock: StoryClock, jlis: Jlis) -> None:
    clock.turns_to("09:07:00")
    resident.moves()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    jlis.publishes_for(resident).does_not_show_it()
    clock.turns_to_next_day("02:59:59")
    jlis.publishes_for(resident).does_not_show_it()


@story(
    requirement="RP-CRL-016",
    confidence=Confidence.ASSUMED,
    en="From 03:00 the next day the list of the old municipality shows the move, with the reason affiliationChanged",
    ja="翌日3時からは、旧住所の市区町村の失効リストに記載事項変更（affiliationChanged）として現れる",
)
def test_list_shows_the_move_from_the_next_publication(resident: Resident, clock: StoryClock, jlis: Jlis) -> None:
    clock.turns_to("09:07:00")
    resident.moves()
    clock.turns_to_next_day("03:00:00")
    jlis.publishes_for(resident).shows_it("affiliationChanged")
    resident.signs().is_refused(Reason.REVOKED)

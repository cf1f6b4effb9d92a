"""Linked by the serial alone, as in 2017: what such a library cannot see and a tap of today does (spec/pki.md §5)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Variant, Why, story, timedelta


@story(
    requirement="RP-ACC-001",
    confidence=Confidence.PUBLISHED,
    en="A clone that copies all that can be read borrows at the library of 2017; the tap of today asks its chip",
    ja="読めるものをすべて写した複製カードでも、2017年方式の図書館では借りられる。今のかざしはチップで見破る",
)
def test_cloned_serial_borrows(resident: Resident, town: Town, clock: StoryClock) -> None:
    library = town.has_a_library_of_2017()
    clock.turns_to("08:00:00")
    library.links(resident)
    resident.enrols()
    clone = town.sees_a_forgery(resident, Variant.CLONED)
    library.lends_to(clone).is_accepted()
    clone.taps().is_refused(Reason.CARD_NOT_GENUINE)
    library.lends_to(resident).is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-002",
    confidence=Confidence.PUBLISHED,
    en="A lost card and a revoked one borrow for ever at the library of 2017; the tap of today asks for the status",
    ja="紛失や失効の後も2017年方式の図書館では借り続けられる。今のかざしは失効情報を確認する",
)
def test_lost_and_revoked_cards_borrow(resident: Resident, town: Town, clock: StoryClock) -> None:
    library, neighbour = town.has_a_library_of_2017(), town.issues_a_card()
    clock.turns_to("08:00:00")
    for each in (resident, neighbour):
        library.links(each)
        each.enrols()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    neighbour.revokes_the_certificates()
    clock.lets_days_pass(30, "10:00:00")
    library.lends_to(resident).is_accepted()
    library.lends_to(neighbour).is_accepted()
    resident.taps().is_refused(Reason.ON_HOLD)
    neighbour.taps().is_refused(Reason.REVOKED)


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.PUBLISHED,
    en="The library of 2017 looks at no date: a certificate that ended yesterday borrows, and the tap is refused",
    ja="2017年方式の図書館は有効期限を見ないので、昨日満了した証明書でも借りられる。今のかざしは拒否される",
)
def test_expired_card_borrows(town: Town, clock: StoryClock) -> None:
    library, resident = town.has_a_library_of_2017(), town.issues_a_card(that_expires_today=True)
    clock.turns_to("08:00:00")
    library.links(resident)
    resident.enrols()
    clock.turns_to_next_day("08:00:00")
    library.lends_to(resident).is_accepted()
    resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="Renewed, the holder is a stranger to the library of 2017; the product of today is told of the renewal",
    ja="更新すると2017年方式の図書館では登録のない人になる。今の製品では更新した本人として扱われる",
)
def test_renewed_card_is_a_stranger(town: Town, clock: StoryClock) -> None:
    library = town.has_a_library_of_2017()
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(days=60))
    clock.turns_to("08:00:00")
    library.links(resident)
    resident.enrols()
    before = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    library.lends_to(resident).is_refused(Why.UNKNOWN)
    library.lends_to(before).is_accepted()
    resident.links_the_renewed_card().is_accepted()
    resident.taps().is_accepted()
    before.taps().is_refused(Reason.REVOKED)
    library.links(resident)
    library.lends_to(resident).is_accepted()


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.PUBLISHED,
    en="Who was never linked is unknown to both: the library of 2017 knows a serial, the product an enrolment",
    ja="紐付けも登録もしていない人は、どちらでも利用できない",
)
def test_who_was_never_linked(resident: Resident, town: Town, clock: StoryClock) -> None:
    library, neighbour = town.has_a_library_of_2017(), town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    library.links(resident)
    resident.enrols()
    library.lends_to(neighbour).is_refused(Why.UNKNOWN)
    neighbour.taps().is_refused(Reason.NOT_ENROLLED).jlis_was_not_asked()
    library.lends_to(resident).is_accepted()
    resident.taps().is_accepted()

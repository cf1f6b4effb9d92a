"""Renewal where the product asks J-LIS's linking service: account, count and name go on by themselves (pki.md §4)."""

from scenarios.vocabulary import Confidence, Reason, Resident, SetUp, StoryClock, Town, story, timedelta


def ends_in_two_months(town: Town, clock: StoryClock) -> Resident:
    """A resident whose certificates end in two months, enrolled this morning."""
    resident = town.issues_a_card(whose_certificates_end_in=timedelta(days=60))
    clock.turns_to("08:00:00")
    resident.enrols()
    return resident


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="Renewed, the holder just taps: the link leads to the account, and its count goes on",
    ja="更新後もそのままかざせる。紐付けサービスにより同じアカウントの回数が続く",
    set_up=SetUp.LINKED,
)
def test_renewed_card_just_taps(town: Town, clock: StoryClock) -> None:
    resident = ends_in_two_months(town, clock)
    resident.taps().is_accepted()
    resident.has_been_accepted(times=2)
    stale = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    resident.taps().is_accepted()
    resident.has_been_accepted(times=3)
    stale.taps().is_refused(Reason.REVOKED)


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="The name by which one service knows the holder (PPID) survives the renewal, and is nobody else's",
    ja="サービスが利用者を識別する名前（PPID）は更新後も変わらず、他の人とは異なる",
    set_up=SetUp.LINKED,
)
def test_ppid_survives_a_renewal(town: Town, clock: StoryClock) -> None:
    neighbour = town.issues_a_card()
    resident = ends_in_two_months(town, clock)
    clock.turns_to("08:30:00")
    before = resident.logs_in_by_name().is_accepted().ppid()
    neighbour.enrols()
    neighbour.logs_in_by_name().is_accepted().is_not_known_as(before)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    resident.logs_in_by_name().is_accepted().is_known_as(before)


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="Another card has another chip: the link finds the account, and the tap waits until the chip was shown with PIN",
    ja="再交付されたカードはチップが違う。紐付けで本人と分かっても、PINとともにチップを示すまでかざしは保留される",
    set_up=SetUp.LINKED,
)
def test_another_chip_waits_for_the_pin(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.gets_another_card()
    clock.turns_to("09:30:00")
    resident.taps().is_told_of_the_renewal_alone()
    resident.links_the_renewed_card().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="The link says who is whose successor: somebody born on the same day, with a new card, is a stranger",
    ja="紐付けサービスが示すのは本人の更新だけ。同じ日に生まれた別人の新しいカードは登録のない人",
    set_up=SetUp.LINKED,
)
def test_link_knows_strangers(resident: Resident, town: Town, clock: StoryClock) -> None:
    stranger = town.issues_a_card(to_somebody_born=resident.birth_date)
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("08:30:00")
    stranger.taps().is_refused(Reason.NOT_ENROLLED)
    stranger.links_the_renewed_card().is_refused(Reason.NOT_ENROLLED)
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.ASSUMED,
    en="Before the next mark nobody knows of the renewal, the linking service neither: tapped at once, it is put off",
    ja="次の15分の区切りまでは紐付けサービスも更新を知らない。直後のかざしは受け入れられず、区切りの後は受け入れられる",
    set_up=SetUp.LINKED,
)
def test_tapped_before_the_mark(town: Town, clock: StoryClock) -> None:
    resident = ends_in_two_months(town, clock)
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    resident.taps().is_not_accepted()
    clock.turns_to("09:15:00")
    resident.taps().is_accepted()

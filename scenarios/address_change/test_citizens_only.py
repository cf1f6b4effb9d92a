"""A service for the citizens of one city: it was told where somebody lives, which may have changed (pki.md §4)."""

from scenarios.vocabulary import Confidence, Reason, SetUp, StoryClock, Town, story


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="A citizen shows the address at the enrolment and taps; who lives in the next city is not entitled",
    ja="市民は登録時にチップの住所を示してかざせる。隣の市の住民は利用できない",
    set_up=SetUp.CITIZENS,
)
def test_citizens_only(town: Town, clock: StoryClock) -> None:
    citizen, neighbour = town.issues_a_card(in_the_city=True), town.issues_a_card(in_the_city=False)
    clock.turns_to("08:00:00")
    citizen.enrols(showing_the_address=True).is_accepted()
    citizen.taps().is_accepted()
    neighbour.enrols(showing_the_address=True).is_refused(Reason.POLICY)
    neighbour.taps().is_refused(Reason.NOT_ENROLLED)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Who never showed an address is not known to be a citizen; shown at a tap, it is remembered",
    ja="住所を示していない人は市民か分からない。かざすときに住所を示せば以後は示さなくてよい",
    set_up=SetUp.CITIZENS,
)
def test_address_never_shown(town: Town, clock: StoryClock) -> None:
    citizen = town.issues_a_card(in_the_city=True)
    clock.turns_to("08:00:00")
    citizen.enrols().is_accepted()
    citizen.taps().is_refused(Reason.ASSURANCE_TOO_LOW)
    citizen.taps(showing_the_address=True).is_accepted()
    citizen.taps().is_accepted()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Moved away: once the paired certificate is gone the address is not relied on, and shown anew it is refused",
    ja="市外へ転居すると、対の署名用証明書の失効から住所の変更を知り、改めて示された住所は対象外として拒否される",
    set_up=SetUp.CITIZENS,
)
def test_moved_away(town: Town, clock: StoryClock) -> None:
    citizen = town.issues_a_card(in_the_city=True)
    clock.turns_to("08:00:00")
    citizen.enrols(showing_the_address=True).is_accepted()
    clock.turns_to("09:07:00")
    citizen.moves()
    clock.turns_to("09:14:59")
    citizen.taps().is_accepted()
    clock.turns_to("09:15:00")
    citizen.taps().is_refused(Reason.ASSURANCE_TOO_LOW)
    citizen.taps(showing_the_address=True).is_refused(Reason.POLICY)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Moved within the city, a citizen is asked for the address again, and stays one",
    ja="市内の転居では住所を改めて示すよう求められ、引き続き利用できる",
    set_up=SetUp.CITIZENS,
)
def test_moved_within_the_city(town: Town, clock: StoryClock) -> None:
    citizen = town.issues_a_card(in_the_city=True)
    clock.turns_to("08:00:00")
    citizen.enrols(showing_the_address=True).is_accepted()
    clock.turns_to("09:07:00")
    citizen.moves_within()
    clock.turns_to("09:15:00")
    citizen.taps().is_refused(Reason.ASSURANCE_TOO_LOW)
    citizen.taps(showing_the_address=True).is_accepted()
    citizen.taps().is_accepted()

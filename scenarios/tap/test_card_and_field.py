"""Cards that leave the field, phones that have no chip to show, terminals that are strangers (spec/pki.md §5)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, Why, story


@story(
    requirement="TC-SLOT-001",
    confidence=Confidence.ASSUMED,
    en="Pulled out at any one command of a tap, nothing is decided and nothing changes; held again, it taps",
    ja="かざしの途中でカードがどのコマンドで離れても、何も決まらず何も変わらない。かざし直せば受け入れられる",
)
def test_pulled_out_at_any_command(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    for command in resident.taps().is_accepted().each_command():
        resident.taps(pulled_at=command).is_stopped_by_the_card().jlis_was_not_asked().account_is_unchanged()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-001",
    confidence=Confidence.PUBLISHED,
    en="An enrolment without the PIN is none, and the tap after it is refused",
    ja="PINなしの登録は成立せず、その後のかざしは拒否される",
)
def test_enrolment_without_pin_is_none(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols(without_pin=True).is_refused(Reason.MALFORMED).jlis_was_not_asked()
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-008",
    confidence=Confidence.ASSUMED,
    en="A terminal without credential that asks with a certificate it read is told nothing, no birth date either",
    ja="認証情報のない端末が証明書を示しても、生年月日を含め何も教えられない",
)
def test_hostile_terminal_is_told_nothing(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    asked = resident.taps(at_a_strange_terminal=True).is_refused(Reason.POLICY)
    asked.jlis_was_not_asked().tries_were_spent(0).no_pin_was_sent()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-006",
    confidence=Confidence.PUBLISHED,
    en="What a tap gives is level 1: it neither logs in nor signs, however often the holder has tapped",
    ja="かざし利用の保証レベルは1まで。かざした後でもPINなしのログインや署名はできない",
)
def test_tap_is_no_login(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted()
    tap = resident.begins_a_tap()
    tap.is_presented_in(resident.begins_to_log_in()).is_refused(Reason.MALFORMED).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-007",
    confidence=Confidence.PUBLISHED,
    en="A phone has no visual application: whoever enrolled with the card cannot tap with the phone",
    ja="スマートフォンには券面事項確認APがない。カードで登録した利用者はスマホではかざせない",
)
def test_phone_has_no_chip_to_show(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.binds_a_phone()
    phone = town.looks_at_the_phone_of(resident)
    phone.taps().is_stopped_by_the_card()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-002",
    confidence=Confidence.PUBLISHED,
    en="Given another card, the old plastic is refused as revoked and the new one is not yet known: enrol again",
    ja="再交付後、古いカードは失効として拒否され、新しいカードはまだ登録されていない",
)
def test_another_card(resident: Resident, town: Town, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    old = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.gets_another_card()
    clock.turns_to("09:15:00")
    old.taps().is_refused(Reason.REVOKED)
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-KAZ-006",
    confidence=Confidence.PUBLISHED,
    en="Whoever tapped has shown neither name nor signature: the text wants its PIN, the signature its password",
    ja="かざしただけでは4情報も署名も得られない。4情報には暗証番号、署名には署名用パスワードが必要",
)
def test_tap_opens_neither_text_nor_signature(town: Town, clock: StoryClock) -> None:
    resident, desk = town.issues_a_card(in_the_city=True), town.has_a_desk_for_citizens()
    clock.turns_to("08:00:00")
    resident.enrols()
    resident.taps().is_accepted().no_pin_was_sent()
    desk.reads_the_text_of(resident, with_wrong_pin=True).is_refused(Why.WRONG_PIN)
    resident.signs(with_wrong_password=True).is_stopped_by_the_card()
    desk.reads_the_text_of(resident).is_accepted()
    resident.signs().is_accepted()
    resident.taps().is_accepted()

"""Certificates that end between two things, and clocks that are wrong (RFC 5280 §4.1.2.5, §6.1.3)."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Town, story, timedelta


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="A tap begun at 23:59:50 and presented after midnight is refused: what counts is when it is judged",
    ja="23時59分50秒に始めたかざしも、0時を過ぎて判定されれば期限切れとして拒否される",
)
def test_tap_over_midnight(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:59:50")
    resident.taps().is_accepted()
    tap = resident.begins_a_tap()
    clock.turns_to_next_day("00:00:10")
    clock.lets_the_declared_tolerance_pass()
    tap.is_presented().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="A login begun at 23:59:50 and presented after midnight is refused, though the PIN was right in time",
    ja="23時59分50秒にPINを照合したログインも、0時を過ぎて判定されれば期限切れとして拒否される",
)
def test_login_over_midnight(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:59:50")
    login = resident.begins_to_log_in()
    clock.turns_to_next_day("00:00:10")
    clock.lets_the_declared_tolerance_pass()
    login.is_presented().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="A document signed before midnight and presented after it is refused: there is no timestamp to say when",
    ja="0時前に署名した文書も、0時を過ぎて提示されれば拒否される（署名時刻を示すものがない）",
)
def test_signature_over_midnight(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:59:50")
    signature = resident.begins_to_sign()
    clock.turns_to_next_day("00:00:10")
    clock.lets_the_declared_tolerance_pass()
    signature.is_presented().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.NORMATIVE,
    en="A product whose clock is nine hours fast, set to Japan's time and read as UTC, ends the day at 15:00",
    ja="日本時間をUTCと取り違えて9時間進んだ製品では、15時に期限切れになってしまう",
)
def test_clock_nine_hours_fast(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("16:00:00")
    resident.logs_in().is_accepted()
    with clock.is_wrong_at_the_product(timedelta(hours=9)):
        resident.logs_in().is_refused(Reason.EXPIRED)
    resident.logs_in().is_accepted()


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.NORMATIVE,
    en="A product whose clock is nine hours slow still takes the card in the small hours after its last day for good",
    ja="9時間遅れた製品は、満了翌日の未明のカードをまだ有効と判定してしまう（失効情報の時刻から分かる）",
)
def test_clock_nine_hours_slow(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to_next_day("02:00:00")
    resident.taps().is_refused(Reason.EXPIRED)
    with clock.is_wrong_at_the_product(timedelta(hours=-9)):
        resident.taps().is_not_accepted().jlis_was_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.ASSUMED,
    en="A minute fast, the product ends the last day at 23:59:00; a minute slow, the status answer is of the future",
    ja="1分進んだ製品では23時59分に期限切れになる",
)
def test_clock_a_minute_fast(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:58:30")
    with clock.is_wrong_at_the_product(timedelta(seconds=80)):
        resident.taps().is_accepted()
    clock.turns_to("23:59:30")
    with clock.is_wrong_at_the_product(timedelta(seconds=60)):
        resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()
    resident.taps().is_accepted()


@story(
    requirement="RP-PATH-003",
    confidence=Confidence.NORMATIVE,
    en="To a product whose clock is two days slow a card of today is not yet valid",
    ja="時計が2日遅れた製品には、今日発行のカードはまだ有効期間に入っていない",
)
def test_not_yet_valid(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    with clock.is_wrong_at_the_product(timedelta(days=-2)):
        resident.logs_in().is_refused(Reason.NOT_YET_VALID).jlis_was_not_asked()
    resident.logs_in().is_accepted()


@story(
    requirement="RP-OCSP-018",
    confidence=Confidence.NORMATIVE,
    en="Lost in the morning, over at midnight: on hold that day, expired the next, and J-LIS is not asked then",
    ja="朝に紛失し夜に満了：当日は一時停止、翌日は期限切れとなり失効情報は照会されない",
)
def test_lost_then_expired(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.ON_HOLD).jlis_was_asked()
    clock.turns_to_next_day("08:00:00")
    resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="An enrolment on the last evening is good for a few hours: accepted at 23:00, nothing the next day",
    ja="最終日の夜の登録は受け入れられるが、翌日にはかざせない",
)
def test_enrolled_on_the_last_evening(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_today=True)
    clock.turns_to("23:00:00")
    resident.enrols().is_accepted()
    resident.taps().is_accepted()
    clock.turns_to_next_day("08:00:00")
    resident.taps().is_refused(Reason.EXPIRED)
    resident.enrols().is_refused(Reason.EXPIRED).jlis_was_not_asked()

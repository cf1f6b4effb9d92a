"""notAfter is 23:59:59 in Japan, 14:59:59 in UTC; the second itself is included and is not judged here."""

from scenarios.expiry.beginnings import enrolled_on_the_last_day
from scenarios.vocabulary import Confidence, Reason, StoryClock, Town, story


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="A tap one second before the certificate's last second is accepted",
    ja="有効期間の最終秒の1秒前（23時59分58秒）のかざしは受け入れられる",
)
def test_tap_before_the_last_second_is_accepted(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:59:58")
    resident.taps().is_accepted().jlis_was_asked()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="The same tap one second after the last second is refused as expired, and J-LIS is not asked",
    ja="最終秒の1秒後（翌日0時0分0秒）の同じかざしは期限切れとして拒否され、失効情報は照会されない",
)
def test_tap_after_the_last_second_is_refused(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    resident.taps().is_refused(Reason.EXPIRED).jlis_was_not_asked()


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.NORMATIVE,
    en="A login at 23:59:58 in Japan is accepted, though 15:00 UTC, read as local time, is long past",
    ja="日本時間23時59分58秒のログインは受け入れられる（notAfterのUTC表記14時59分59秒を現地時刻と誤らない）",
)
def test_login_before_the_last_second_is_accepted(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to("23:59:58")
    resident.logs_in().is_accepted().jlis_was_asked()


@story(
    requirement="RP-PATH-004",
    confidence=Confidence.NORMATIVE,
    en="A login at 00:00:00 in Japan is refused as expired; the PIN was right, and the account stays as it was",
    ja="翌日0時0分0秒のログインは期限切れとして拒否される。PINは正しく、アカウントは変わらない",
)
def test_login_after_the_last_second_is_refused(town: Town, clock: StoryClock) -> None:
    resident = enrolled_on_the_last_day(town, clock)
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    attempt = resident.logs_in().is_refused(Reason.EXPIRED).jlis_was_not_asked()
    attempt.card_answered(0x9000).account_is_unchanged()


@story(
    requirement="RP-PATH-002",
    confidence=Confidence.NORMATIVE,
    en="The signature certificate ends in the same night: 23:59:58 accepted",
    ja="署名用電子証明書も同じ夜に満了する。23時59分58秒の署名は受け入れられる",
)
def test_signature_before_the_last_second_is_accepted(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_today=True)
    clock.turns_to("23:59:58")
    resident.signs().is_accepted().jlis_was_asked()


@story(
    requirement="RP-OCSP-018",
    confidence=Confidence.NORMATIVE,
    en="One second after, the signature is refused as expired and its status is not asked",
    ja="1秒後の署名は期限切れとして拒否され、失効情報は照会されない",
)
def test_signature_after_the_last_second_is_refused(town: Town, clock: StoryClock) -> None:
    resident = town.issues_a_card(that_expires_today=True)
    clock.turns_to_next_day("00:00:00")
    clock.lets_the_declared_tolerance_pass()
    resident.signs().is_refused(Reason.EXPIRED).jlis_was_not_asked()

"""How a service hears of a change: the paired certificate, a look at the record, 最新4情報 (spec/pki.md §4)."""

from scenarios.vocabulary import Confidence, Reason, Resident, StoryClock, Verifier, story


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="The pair tells: after a move the tapping card has no signature certificate in force, until one is issued",
    ja="かざし続けるカードの対の署名用証明書を調べると、転居後は有効なものがなく、発行後は有効になる",
)
def test_pair_tells_of_the_move(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    verifier.finds_the_signature_certificate_of(resident, to_be="in force")
    clock.turns_to("09:07:00")
    resident.moves()
    verifier.finds_the_signature_certificate_of(resident, to_be="in force")
    clock.turns_to("09:15:00")
    resident.taps().is_accepted()
    verifier.finds_the_signature_certificate_of(resident, to_be="none")
    clock.turns_to("09:37:00")
    resident.gets_a_new_signature_certificate()
    clock.turns_to("09:45:00")
    verifier.finds_the_signature_certificate_of(resident, to_be="in force")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A contract signed last week, looked at again after the move: its signer's attributes may have changed",
    ja="先週の契約の署名を転居後に現況確認すると、4情報が変わった可能性があると分かる",
)
def test_past_signature_after_a_move(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.signs().is_accepted()
    signed_with = resident.issued.sign_serial
    verifier.looks_again_at(signed_with, to_find="good, unchanged")
    clock.lets_days_pass(7, "09:07:00")
    resident.moves()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED)
    verifier.looks_again_at(signed_with, to_find="revoked, may have changed")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Revoked for a loss is no change of attributes: the same look says revoked, and nothing of a change",
    ja="紛失による失効を現況確認しても、4情報が変わったことにはならない",
)
def test_past_signature_after_a_loss(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.signs().is_accepted()
    clock.turns_to("09:07:00")
    resident.loses_the_card()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.ON_HOLD)
    verifier.looks_again_at(resident.issued.sign_serial, to_find="revoked, unchanged")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="With consent the service hears of the move, as soon as a new certificate exists; until then there is silence",
    ja="同意があれば転居は最新4情報で知らされる。ただし新しい証明書ができるまでは何も返らない",
)
def test_consent_tells_once_a_new_certificate_exists(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:07:00")
    resident.signs().is_accepted()
    verifier.takes_the_consent_of(resident)
    clock.turns_to("08:30:00")
    verifier.is_told_of(resident, "changed")
    verifier.is_told_of(resident, "unchanged")
    clock.turns_to("09:07:00")
    resident.moves()
    clock.turns_to("09:15:00")
    verifier.is_told_of(resident, "not-available")
    resident.signs().is_refused(Reason.REVOKED)
    clock.turns_to("09:37:00")
    resident.gets_a_new_signature_certificate()
    clock.turns_to("09:45:00")
    verifier.is_told_of(resident, "changed")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A consent that was withdrawn tells nothing, at once; one that was never given neither",
    ja="同意を取り消すと直ちに何も知らされない。同意したことのない利用者も同じ",
)
def test_consent_withdrawn(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:07:00")
    resident.signs().is_accepted()
    verifier.is_told_of(resident, "no-consent")
    verifier.takes_the_consent_of(resident)
    clock.turns_to("08:30:00")
    verifier.is_told_of(resident, "changed")
    verifier.is_told_of(resident, "unchanged")
    clock.turns_to("08:37:00")
    verifier.loses_the_consent_of(resident)
    clock.turns_to("08:45:00")
    verifier.is_told_of(resident, "no-consent")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A consent outlives the certificate that signed it: after a renewal the service still hears",
    ja="同意は証明書の更新後も有効で、サービスは引き続き知らせを受けられる",
)
def test_consent_survives_a_renewal(resident: Resident, verifier: Verifier, clock: StoryClock) -> None:
    clock.turns_to("08:07:00")
    resident.signs().is_accepted()
    verifier.takes_the_consent_of(resident)
    clock.turns_to("08:30:00")
    verifier.is_told_of(resident, "changed")
    clock.turns_to("09:07:00")
    resident.renews_the_certificates()
    clock.turns_to("09:30:00")
    verifier.is_told_of(resident, "unchanged")
    resident.signs().is_accepted()

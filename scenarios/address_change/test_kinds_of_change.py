"""Each change of what the signature certificate says revokes it, for reason 3; PIN and tap go on (spec/pki.md §4)."""

from collections.abc import Callable

from scenarios.vocabulary import Confidence, Jlis, Reason, Resident, StoryClock, Town, story


def changes_this_morning(resident: Resident, clock: StoryClock, change: Callable[[], None]) -> None:
    """The resident enrols at 08:00, something changes at 09:07; the signature is refused from 09:15 on."""
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    change()
    clock.turns_to("09:14:59")
    resident.signs().is_accepted()
    clock.turns_to("09:15:00")
    resident.signs().is_refused(Reason.REVOKED).jlis_was_asked()
    resident.logs_in().is_accepted()
    resident.taps().is_accepted()


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="Moved within the municipality: the signature ends, login and tap go on",
    ja="市内の転居でも署名用電子証明書は失効し、ログインとかざしは続けられる",
)
def test_moved_within(resident: Resident, clock: StoryClock) -> None:
    changes_this_morning(resident, clock, resident.moves_within)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Moved out and not yet arrived anywhere: the signature ends with the moving-out",
    ja="転出届を出してまだ転入していない間も、署名用電子証明書は失効している",
)
def test_moved_out(resident: Resident, clock: StoryClock) -> None:
    changes_this_morning(resident, clock, resident.moves_out)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="The house stands where it stood, its address is another: the signature ends all the same",
    ja="住居表示が変わっただけでも、署名用電子証明書は失効する",
)
def test_relabelled(resident: Resident, clock: StoryClock) -> None:
    changes_this_morning(resident, clock, resident.is_relabelled)


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="A new name with the former one beside it ends the signature; the tap does not know names",
    ja="氏名の変更（旧氏併記）でも署名用電子証明書は失効する。かざしは氏名を見ない",
)
def test_name_with_former_name(resident: Resident, clock: StoryClock) -> None:
    changes_this_morning(resident, clock, lambda: resident.changes_the_name("新山　花子", former="旧川"))


@story(
    requirement="RP-ATTR-001",
    confidence=Confidence.OBSERVED,
    en="A character that JIS does not have is written with a substitute, and the certificate says at which place",
    ja="JISにない外字は代替文字で記録され、証明書はその位置を示す",
)
def test_name_outside_jis(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.changes_the_name("𠮷田　花子")
    resident.gets_a_new_signature_certificate()
    clock.turns_to("09:30:00")
    resident.signs().is_accepted()
    resident.shows_on_the_card(name="吉田　花子")
    resident.is_certified_as("吉田　花子", substituted="10000")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.PUBLISHED,
    en="The list of the old municipality names the certificate, for reason affiliationChanged; the new one's does not",
    ja="旧住所地の失効リストにはaffiliationChangedで載り、証明書の配布点は旧住所地のまま",
)
def test_list_of_the_old_municipality(resident: Resident, town: Town, jlis: Jlis, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    old = town.finds_the_old_card_of(resident)
    clock.turns_to("09:07:00")
    resident.moves()
    resident.gets_a_new_signature_certificate()
    clock.turns_to_next_day("03:00:00")
    jlis.publishes_for(old).shows_it("affiliationChanged")
    jlis.publishes_for(resident).does_not_show_it()


@story(
    requirement="RP-ACC-005",
    confidence=Confidence.ASSUMED,
    en="Somebody died: every certificate is revoked, and the product says so without guessing why",
    ja="死亡により全ての証明書が失効する。製品は失効とだけ伝え、理由を推測しない",
)
def test_death_is_not_guessed(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.dies()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.REVOKED).says_nothing_of("死亡", "dead", "died", "death")
    resident.logs_in().is_refused(Reason.REVOKED).says_nothing_of("死亡", "dead", "died", "death")


@story(
    requirement="RP-ACC-003",
    confidence=Confidence.ASSUMED,
    en="Gone abroad: tap and login end too; back in Japan, another card has to be made and enrolled",
    ja="国外転出ではかざしもログインもできなくなる。帰国後はカードの再交付と再登録が必要",
)
def test_abroad_and_back(resident: Resident, clock: StoryClock) -> None:
    clock.turns_to("08:00:00")
    resident.enrols()
    clock.turns_to("09:07:00")
    resident.emigrates()
    clock.turns_to("09:15:00")
    resident.taps().is_refused(Reason.REVOKED)
    clock.turns_to_next_day("09:07:00")
    resident.returns_from_abroad()
    resident.gets_another_card()
    clock.turns_to("09:30:00")
    resident.taps().is_refused(Reason.NOT_ENROLLED)
    resident.enrols().is_accepted()
    resident.taps().is_accepted()

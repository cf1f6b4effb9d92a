"""docs/life-cycle.md: what each event of life does, drawn from the table of `life_cycle.py` in both languages.

card files, the four certificates, standing    stand in the table
CRL, OCSP, links, attributes                   follow from those, by the four functions below
the two ends that nobody brings about          are no events: their rows are written out here
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from harness.jlis.life_cycle import EFFECTS, Effect, Need, Standing, Write
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN, Population
from harness.jlis.reasons import RevocationReason as Reason

FILE = Path(__file__).parent.parent.parent / "docs" / "life-cycle.md"
COLUMNS = (CARD_SIGN, CARD_AUTH, PHONE_SIGN, PHONE_AUTH)
NOTHING = "–"
CODES = {
    Reason.UNSPECIFIED: 0,
    Reason.KEY_COMPROMISE: 1,
    Reason.AFFILIATION_CHANGED: 3,
    Reason.SUPERSEDED: 4,
    Reason.CESSATION_OF_OPERATION: 5,
    Reason.CERTIFICATE_HOLD: 6,
}
"""RFC 5280 §5.3.1."""


class Language(IntEnum):
    """Which of two texts."""

    JAPANESE = 0
    ENGLISH = 1


Texts = tuple[str, str]
_POPULATIONS: dict[Population, Texts] = {
    CARD_SIGN: ("署名用カード", "sign card"),
    CARD_AUTH: ("証明用カード", "auth card"),
    PHONE_SIGN: ("署名用スマホ", "sign phone"),
    PHONE_AUTH: ("証明用スマホ", "auth phone"),
}
_STANDINGS: dict[Standing, Texts] = {
    Standing.PRESENT: ("在住", "present"),
    Standing.LEFT: ("転出済・転入前", "left, not yet in"),
    Standing.ABROAD: ("国外", "abroad"),
    Standing.DEAD: ("死亡", "dead"),
    Standing.DELETED: ("消除", "deleted"),
}
_NEW: Texts = ("新規", "new")
_LEFT_OUT: Texts = ("理由なし（0は省略）", "no reason: 0 is left out")
_SAID = {
    "revoked": ("失効", "revoked"),
    "good": ("good（新）", "good (new)"),
    "replaced": ("旧→新", "old → new"),
    "first": ("初回", "first"),
    "none": ("有効なものなし", "none in force"),
}
_ATTRIBUTES_STOP: Texts = ("新しい署名用証明書まで提供なし", "nothing until a new signature certificate")
_ATTRIBUTES_BY_PHONE: Texts = (
    "スマホの署名用が有効な間のみ提供",
    "only while the phone's signature certificate is in force",
)
_ATTRIBUTES_GO_ON: Texts = ("提供（再開）", "answered (again)")
_ATTRIBUTES_ABROAD: Texts = ("国外転出の旨", "that they went abroad")
_ATTRIBUTES_END: Texts = ("提供なし", "nothing any more")
HEADINGS: tuple[list[str], list[str]] = (
    ["事象", "カードへの書込み", *(_POPULATIONS[each][0] for each in COLUMNS), "CRL（次の公表から）",
     "OCSP（次の15分刻みから）", "紐付け", "4情報提供", "住民としての状態", "確度", "出典"],
    ["event", "card files written", *(_POPULATIONS[each][1] for each in COLUMNS), "CRL (from the next publication)",
     "OCSP (from the next 15-minute mark)", "links", "attributes (4情報)", "standing", "confidence", "source"],
)  # fmt: skip
HEAD = """# Life cycle / ライフサイクル

Written by `python -m harness.jlis.life_cycle_page` from the table of `harness/jlis/life_cycle.py`; a test fails when it
is not what the table says. A dash: nothing changes. A certificate is revoked only where it is in force, and with the
first reason that befell it: a hold is never lifted and never becomes another revocation. CRL, OCSP, links and
attributes are derived: what is revoked is listed from the next publication and said by OCSP from the next mark; what is
new is unknown before that mark. Nobody under fifteen gets a signature certificate. The reason is the default of its
row; *assumed* means that nothing public was found and the choice is ours.

Assumed as well, for nothing public was found: the four attributes are told while a signature certificate of the card
*or* of the phone is in force; a lost card can be reported lost whatever became of its certificates, once, and
what is in force then is put on hold; who has left a municipality (moved out) and not moved in elsewhere can neither
move within it, nor move out again, nor have the address relabelled, and moving back is moving in; a PIN that is locked
or reset is each PIN that the holder chose, a reset gives tries back and leaves the PIN as it was, and the card knows
of it from the next time that it gets power.

このページは `python -m harness.jlis.life_cycle_page` が `harness/jlis/life_cycle.py` の表から生成する。表と異なれば
テストが失敗する。「–」は変化なし。失効するのは有効な証明書のみで、最初の失効理由が残る（一時停止は解除されず、
他の理由にも変わらない）。CRL・OCSP・紐付け・4情報提供の列は他の列から導出する。失効は次の公表から CRL に載り、
次の15分刻みから OCSP が返す。新しい証明書はその時刻まで unknown。15歳未満に署名用は発行しない。
理由コードは各行の既定値。「仮定」は公表資料が見つからず、本エミュレータが選んだ値である。

次も公表資料がなく仮定である。4情報は、カードまたはスマホの署名用証明書のいずれかが有効な間に提供する。紛失は、証明書の
状態にかかわらず1回届け出ることができ、その時点で有効な証明書を一時停止する。転出して未転入の人は、転居・
転出・住居表示の変更ができず、元の市区町村へ戻る場合も転入とする。ロックと再設定は、本人が設定したすべての暗証番号を対象
とし、再設定は試行回数のみを回復し暗証番号は変えない。カードには次に電源が入ったときに反映する。
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """What happens of itself when a last second has passed: no event, nothing is revoked."""

    name: Texts
    cells: tuple[Texts, ...]
    """Card files to standing, as `HEADINGS` has them."""
    confidence: Texts
    source: str


_SAME: Texts = (NOTHING, NOTHING)
_EXPIRED: Texts = ("期限切れ", "expired")
_UNLISTED: Texts = (
    "載らない（失効済みは期限後の1回まで載る）",
    "not listed (a revoked one is, on one more list)",
)
_OCSP_AS_BEFORE: Texts = ("変化なし（期限はOCSPに現れない）", "as before (OCSP tells no expiry)")
ENDINGS = (
    Ending(
        ("証明書の有効期限", "the last second of a certificate"),
        (_SAME, *[_EXPIRED] * 4, _UNLISTED, _OCSP_AS_BEFORE, _SAID["none"], _ATTRIBUTES_STOP, _SAME),
        ("規定", "normative"),
        "spec/pki.md §1.7, §4; CRL: assumed (§2)",
    ),
    Ending(
        ("カードの有効期限", "the last day of a card"),
        (_SAME, *[_EXPIRED] * 4, _UNLISTED, _OCSP_AS_BEFORE, _SAID["none"], _ATTRIBUTES_STOP, _SAME),
        ("規定", "normative"),
        "spec/pki.md §1.7; phone: assumed",
    ),
)
"""No certificate is issued to outlive its card; after the card's last day only another card brings new ones."""


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(line for language in Language for line in _table(language)), ""])


def _table(language: Language) -> Iterator[str]:
    headings = HEADINGS[language]
    yield f"## {('日本語', 'English')[language]}\n"
    yield _row(headings)
    yield "|" + "---|" * len(headings)
    for event in LifeEvent:
        yield _row(_cells(event, EFFECTS[event], language))
    for ending in ENDINGS:
        texts = [cell[language] for cell in (ending.name, *ending.cells, ending.confidence)]
        yield _row([*texts, ending.source])
    yield ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cells(event: LifeEvent, effect: Effect, language: Language) -> list[str]:
    name = effect.japanese if language is Language.JAPANESE else effect.english
    return [
        f"{name} `{event.value}`",
        _joined(_written(write, language) for write in effect.writes),
        *(_certificate(effect, population, language) for population in COLUMNS),
        lists_of(effect, language),
        answers_of(effect, language),
        links_of(effect, language),
        attributes_of(effect, language),
        NOTHING if effect.standing is None else _STANDINGS[effect.standing][language],
        effect.confidence.japanese if language is Language.JAPANESE else effect.confidence.value,
        effect.source,
    ]


def lists_of(effect: Effect, language: Language) -> str:
    """Return which lists get an entry, with its reason code; what is new stands on none."""
    return _joined(
        f"{_POPULATIONS[population][language]} ({CODES[reason] or _LEFT_OUT[language]})"
        for population, reason in effect.ends
    )


def answers_of(effect: Effect, language: Language) -> str:
    """Return what OCSP says anew: of which certificates that they are revoked, of which that they are good."""
    ended = [population for population, _ in effect.ends]
    return _named({"revoked": ended, "good": list(effect.issues)}, language)


def links_of(effect: Effect, language: Language) -> str:
    """Return where an old serial number leads: to a new one, or to none while nothing new is issued."""
    ended = [population for population, _ in effect.ends]
    return _named(
        {
            "replaced": [each for each in effect.issues if each in ended],
            "first": [each for each in effect.issues if each not in ended],
            "none": [each for each in ended if each not in effect.issues],
        },
        language,
    )


def attributes_of(effect: Effect, language: Language) -> str:
    """Return what the attribute service does: it follows the standing, then the signature certificates in force."""
    if effect.standing is Standing.ABROAD:
        return _ATTRIBUTES_ABROAD[language]
    if effect.standing in {Standing.DEAD, Standing.DELETED}:
        return _ATTRIBUTES_END[language]
    if CARD_SIGN in effect.issues:
        return _ATTRIBUTES_GO_ON[language]
    if effect.reason_for(CARD_SIGN) is not None and effect.reason_for(PHONE_SIGN) is None:
        return _ATTRIBUTES_BY_PHONE[language]
    if effect.reason_for(CARD_SIGN) is not None or Need.ABROAD in effect.needs:
        return _ATTRIBUTES_STOP[language]
    return NOTHING


def _certificate(effect: Effect, population: Population, language: Language) -> str:
    reason = effect.reason_for(population)
    ended = None if reason is None else f"{reason.value} ({CODES[reason]})"
    issued = _NEW[language] if population in effect.issues else None
    return " → ".join(filter(None, (ended, issued))) or NOTHING


def _written(write: Write, language: Language) -> str:
    return write.japanese if language is Language.JAPANESE else write.value


def _named(groups: dict[str, list[Population]], language: Language) -> str:
    named = (
        f"{_SAID[what][language]}: {', '.join(_POPULATIONS[each][language] for each in populations)}"
        for what, populations in groups.items()
        if populations
    )
    return "; ".join(named) or NOTHING


def _joined(texts: Iterator[str]) -> str:
    return "; ".join(texts) or NOTHING


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

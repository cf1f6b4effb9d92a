"""The relying party's heat map: what the card was used for, by what had befallen its holder (or J-LIS) before.

A case stands in the row of the last event before its judged step; a fault of the fake J-LIS is no life-cycle event, but
what a product meets all the same, and has a row of its own.
"""

from conformance.case import Case
from conformance.judge import Judgement
from conformance.report.heat import heat_map
from conformance.report.view import Both, HeatMap
from conformance.steps import Befall, Disturb, Lose, Move, Replay, Revoke

TITLE = Both(
    "Uses of the card (services) by life-cycle event: cases passed of cases run",
    "カードの使い方（サービス）とライフサイクル上の出来事：合格数／実行数",
)
USES = {
    "enrol": Both("enrol", "利用登録"),
    "login": Both("login", "ログイン"),
    "tap": Both("tap", "かざし利用"),
    "sign": Both("sign", "電子署名"),
    "relink": Both("link again", "再紐付け"),
    "unlink": Both("leave", "退会"),
    "reconcile": Both("offline taps", "オフライン分の照合"),
}
ORDINARY = Both("card in force, nothing happened", "有効なカード（出来事なし）")
EXPIRY = Both("near the end of validity", "有効期間満了の前後")
LOST = Both("lost: put on hold", "紛失・一時停止")
MOVED = Both("moved: signature certificate ends", "転居（署名用証明書の失効）")
REVOKED = Both("certificate revoked", "証明書の失効")
DISTURBED = Both("J-LIS answers wrongly or not at all", "J-LISの応答の異常・不通")
EVENTS = {
    "renewed": Both("certificates renewed", "電子証明書の更新"),
    "card-reissued": Both("another card", "カードの再交付"),
    "died": Both("died", "死亡"),
    "name-changed": Both("name changed", "氏名の変更"),
}
ORDER = (ORDINARY, EXPIRY, LOST, MOVED, REVOKED, *EVENTS.values())


def party_heat(judged: list[Judgement]) -> HeatMap:
    """Return the map of a run."""
    by_row = sorted(judged, key=lambda each: _place(event_of(each.case)))
    used = list(USES.values())
    heat = heat_map(
        TITLE,
        by_row,
        row=lambda each: event_of(each.case),
        column=lambda each: use_of(each.case),
        verdict=lambda each: each.verdict,
    )
    order = sorted(
        range(len(heat.columns)),
        key=lambda at: used.index(heat.columns[at]) if heat.columns[at] in used else len(used),
    )
    return HeatMap(
        heat.title,
        tuple(heat.columns[at] for at in order),
        tuple((name, tuple(cells[at] for at in order)) for name, cells in heat.rows),
    )


def _place(event: Both) -> int:
    return ORDER.index(event) if event in ORDER else len(ORDER) + (event == DISTURBED)


def use_of(case: Case) -> Both:
    """Return what the judged step asks for; a replay is counted where the first sending is."""
    step = next((step for step in reversed(case.steps) if not isinstance(step, Replay)), case.steps[-1])
    verb = type(step).__name__.lower()
    return USES.get(verb, Both(verb, verb))


def event_of(case: Case) -> Both:
    """Return the last event before the judged step."""
    for step in reversed(case.steps[:-1]):
        match step:
            case Lose():
                return LOST
            case Move():
                return MOVED
            case Revoke():
                return REVOKED
            case Befall(event=event):
                return EVENTS.get(event.value, Both(event.value, event.value))
    if case.holder.card_expires_on_day is not None or case.holder.certificates_live_seconds is not None:
        return EXPIRY
    return DISTURBED if any(isinstance(step, Disturb) for step in case.steps) else ORDINARY

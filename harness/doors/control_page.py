"""docs/control.md: each operation of the control API with one line, drawn from the table of `control_operations.py`."""

from pathlib import Path

from harness.doors.control_operation import Operation
from harness.doors.control_operations import OPERATIONS

FILE = Path(__file__).parent.parent.parent / "docs" / "control.md"
JAPANESE = {
    "get_clock": "時計を読む",
    "set_clock": "時計を設定する",
    "advance_clock": "時計を進める",
    "freeze_clock": "時計を止める",
    "run_clock": "時計を動かす",
    "list_residents": "住民の一覧",
    "new_resident": "住民を登録する(カード交付も)",
    "get_resident": "住民を読む",
    "get_card": "カードの内容(秘密鍵を含む)",
    "issue_card": "カードの新規交付",
    "list_apps": "条例利用領域のアプリケーション一覧(創作)",
    "load_app": "条例利用領域へのロード(創作)",
    "delete_app": "条例利用領域からの削除(創作)",
    "change_app": "回数・ポイントの増減(創作)",
    "lose_card": "紛失・一時停止",
    "move_resident": "転居・転入",
    "revoke_certificate": "証明書の失効",
    "befall_resident": "ライフサイクルの事象",
    "list_certificates": "発行済み証明書の一覧",
    "new_crowd": "負荷用に多数の住民を登録する",
    "get_journal": "問合せの記録(待ち合わせ可)",
    "get_anchors": "信頼すべき認証局と鍵",
    "get_addresses": "各窓口のアドレス",
    "list_slots": "リーダーの一覧",
    "get_slot": "リーダーを読む",
    "insert_card": "カードを挿入する",
    "swap_card": "カードを入れ替える",
    "set_conditions": "リーダーの条件（接触・非接触、速さ、電波）を設定する",
    "remove_card": "カードを抜く",
    "power_on": "通電・コールドリセット",
    "reset_card": "ウォームリセット",
    "power_off": "電源断",
    "transmit": "コマンドを送る",
    "get_trace": "コマンドの記録(暗証番号は伏せる)",
    "list_faults": "障害の一覧",
    "set_fault": "障害を起こす",
    "clear_faults": "すべての障害を取り除く",
    "remove_fault": "障害を取り除く",
    "get_ocsp_policy": "OCSP 応答者の方針を読む",
    "change_ocsp_policy": "OCSP 応答者の方針を一部変える",
    "reset_ocsp_policy": "OCSP 応答者の方針を既定に戻す",
}
HEAD = """# Control API / 管理 API

Written by `python -m harness.doors.control_page` from the table of `harness/doors/control_operations.py`; a test fails
when it is not what the table says. このページは表から生成する。

`kazashi up` announces its address (`control`) and the file of its token (`token`), on stdout, in
`$KAZASHI_HOME/up.json` and with `--json FILE`. It listens on loopback; each request carries
`authorization: Bearer TOKEN`. Messages, closed sets of words and refusals are described at `GET /v1/openapi.json`
(OpenAPI 3.1), from which `kazashi client new` makes clients for Java and C#. What is refused is
`{"error": {what, where, expected, actual}}`, and nothing changed. A GET or DELETE has its message in the query.

`kazashi up` がアドレスとトークンの場所を表示します。ループバックのみ。拒否された要求は何も変えません。

| Operation | | |
|---|---|---|
"""
TAIL = """
## How OCSP responders speak / OCSP 応答者の方針

    kazashi jlis policy show
    kazashi jlis policy set auth --signed-requests required --requestor bank.pem
    kazashi jlis policy set sign --daily 23:00-05:30=unavailable --once 2026-12-05T00:00/2026-12-05T06:00=refused
    kazashi jlis policy reset

One policy for each kind (`auth`, `sign`), of cards and phones alike. A change names what is to be otherwise; a list in
it replaces the whole list. Instants are the world's. **A policy is not kept**: it belongs to the process of the fake
J-LIS, like faults and journal, and that begins with the defaults when it is started again. 方針は保存されません。

## How lists are published / 失効リストの公表

`kazashi up` and `kazashi world new` take `--crl-mode`, `--crl-publication`, `--crl-valid` and `--crl-swap`. They are
chosen when a world is made and stay in its store: a world that changed them would contradict what it published.
`kazashi up --ldap` has the lists in OpenLDAP's slapd, too (`apt-get install slapd ldap-utils`), at the DNs that
certificates name. All municipalities are some 23,000 lists: about ten seconds at the start, and whenever the clock is
set past a publication, for the clock's answer waits until the directory has them. `--ldap-municipality CODE` takes one.

新しい世界を作るときに選び、保存先に残ります。`--ldap` は slapd で失効リストを公開します。
"""


def page() -> str:
    """Return the page."""
    return HEAD + "".join(_row(row) for row in OPERATIONS) + TAIL


def _row(row: Operation) -> str:
    return f"| `{row.method} {row.path}` | {row.summary} | {JAPANESE[row.act.__name__]} |\n"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

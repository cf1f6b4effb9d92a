"""The report's own words in both languages; case titles bring their own."""

WORDS: dict[str, dict[str, str]] = {
    "title": {"en": "Conformance report", "ja": "適合性試験報告書"},
    "role": {"en": "Role", "ja": "役割"},
    "product": {"en": "Product", "ja": "製品"},
    "target": {"en": "Target", "ja": "試験対象"},
    "seed": {"en": "Seed", "ja": "シード"},
    "catalogue": {"en": "Catalogue", "ja": "試験項目集"},
    "suite": {"en": "Suite", "ja": "試験スイート"},
    "case": {"en": "Case", "ja": "試験項目"},
    "verdict": {"en": "Verdict", "ja": "判定"},
    "expected": {"en": "Expected", "ja": "期待値"},
    "actual": {"en": "Actual", "ja": "実際"},
    "requirement": {"en": "Requirement", "ja": "要件"},
    "check": {"en": "Check", "ja": "確認事項"},
    "story": {"en": "What happened", "ja": "経過"},
    "journal": {"en": "Journal of the fake J-LIS (status questions)", "ja": "疑似J-LISの記録（失効確認の問合せ）"},
    "trace": {"en": "Trace of the card", "ja": "カードのAPDU記録"},
    "exchanges": {"en": "Messages of the contract", "ja": "試験契約の電文"},
    "importance": {"en": "What a failure lets happen", "ja": "不適合の影響"},
    "twin": {"en": "Accepted twin", "ja": "対になる受理項目"},
    "again": {"en": "Run this case again", "ja": "この項目だけ再実行"},
    "confidence": {"en": "Confidence", "ja": "根拠の確度"},
    "none": {"en": "none", "ja": "なし"},
    "transcript": {"en": "What went over the line", "ja": "送受信の記録"},
    "expectation": {"en": "What is due", "ja": "求められること"},
    "conformant": {"en": "Conformant", "ja": "適合"},
    "conformant within the statement": {
        "en": "Conformant within its conformance statement",
        "ja": "適合宣言書の範囲内で適合",
    },
    "selection passed": {
        "en": "The chosen cases passed (a part of the catalogue: no certification)",
        "ja": "選んだ項目は合格（一部のみの実行であり、適合の証明ではない）",
    },
    "conformant but for expected failures": {
        "en": "Conformant but for expected failures (no conformance: see the list)",
        "ja": "想定済みの不適合を除き適合（適合の証明ではない。一覧を参照）",
    },
    "selection passed but for expected failures": {
        "en": "The chosen cases passed but for expected failures (a part of the catalogue: no certification)",
        "ja": "想定済みの不適合を除き、選んだ項目は合格（一部のみの実行であり、適合の証明ではない）",
    },
    "expected failures out of date": {
        "en": "Expected failures out of date: take out or mend the entries that are marked",
        "ja": "想定済みの不適合の記載が古い：印のある記載を削除または修正してください",
    },
    "expected failures": {"en": "Expected failures", "ja": "想定済みの不適合"},
    "resumed": {"en": "Interrupted, and resumed at", "ja": "中断後の再開日時"},
    "not conformant": {"en": "Not conformant", "ja": "不適合"},
    "harness error": {"en": "Harness error: no verdict", "ja": "試験環境の誤り（判定なし）"},
    "inconclusive": {"en": "Inconclusive", "ja": "判定不能"},
    "unstated": {
        "en": "Some cases are not applicable: say in a conformance statement (--ics FILE) what the product does",
        "ja": "適用外の項目があります。製品の機能を記した適合宣言書を --ics FILE で提出してください。",
    },
    "missing": {"en": "Not declared by the product", "ja": "製品が宣言していない機能"},
    "capabilities": {"en": "Capabilities", "ja": "宣言された機能"},
    "tolerances": {"en": "Tolerances (seconds)", "ja": "許容差（秒）"},
    "statement": {"en": "Conformance statement", "ja": "適合宣言書"},
    "no statement": {"en": "none handed in", "ja": "提出なし"},
    "searched": {"en": "Searched for residents' data", "ja": "利用者情報の検査範囲"},
    "unsearched": {
        "en": "Not searched for residents' data (nobody said where it is: --watch)",
        "ja": "利用者情報を検査していない場所（--watch の指定なし）",
    },
    "synthetic": {
        "en": "All residents, cards and numbers in this report are synthetic; nothing here was issued by J-LIS.",
        "ja": "本報告書の利用者・カード・番号はすべて架空のもので、J-LISが発行したものではありません。",
    },
    "unproved": {
        "en": "The twin did not pass: the cause of this refusal is not proved.",
        "ja": "対になる項目が受理されていないため、拒否の原因は証明されていません。",
    },
}

CHECKS: dict[str, dict[str, str]] = {
    "decision": {"en": "decision", "ja": "可否の決定"},
    "reason": {"en": "reason", "ja": "理由"},
    "status questions": {"en": "status questions in the journal", "ja": "記録された失効確認の問合せ"},
    "epoch": {"en": "clock setting echoed", "ja": "時計の設定番号の返送"},
    "card tries spent": {
        "en": "PIN tries spent on the card (self-check of the harness)",
        "ja": "カードで消費されたPIN試行回数（試験環境の自己点検）",
    },
    "account unchanged": {"en": "account unchanged", "ja": "アカウントの不変"},
    "account counted": {
        "en": "one more use in the account",
        "ja": "利用1件の記録",
    },
    "account gone": {"en": "account erased", "ja": "アカウントの消去"},
    "account absent": {"en": "no account came of it", "ja": "アカウントが作られていない"},
    "fault met": {
        "en": "answers of the fake J-LIS that the fault met",
        "ja": "障害の影響を受けた疑似J-LISの応答",
    },
    "lists fetched": {"en": "revocation lists fetched in the journal", "ja": "記録された失効リストの取得"},
    "privacy": {"en": "nothing of the resident in the answers", "ja": "応答に利用者の情報が含まれない"},
    "privacy answers": {"en": "nothing of the resident in the answers", "ja": "応答に利用者の情報が含まれない"},
    "privacy questions": {
        "en": "nothing of the resident in the requests to J-LIS but what is asked about",
        "ja": "J-LISへの要求に照会対象以外の利用者の情報が含まれない",
    },
    "privacy output": {"en": "nothing of the resident printed", "ja": "標準出力に利用者の情報が含まれない"},
    "privacy logs": {"en": "nothing of the resident in the logs", "ja": "ログに利用者の情報が含まれない"},
    "privacy traces": {"en": "nothing of the resident in the traces", "ja": "トレースに利用者の情報が含まれない"},
    "privacy captures": {"en": "nothing of the resident in the captures", "ja": "通信記録に利用者の情報が含まれない"},
    "privacy database": {
        "en": "nothing of the resident in the database but what may be stored",
        "ja": "データベースに保存してよいもの以外の利用者の情報が含まれない",
    },
    "contract": {"en": "contract kept in the refusal as in the twin", "ja": "拒否時も対の項目と同じく試験契約を守る"},
    "fresh": {"en": "fresh challenge and session", "ja": "新しいチャレンジと手続き"},
    "twin": {"en": "accepted twin passed in this run", "ja": "対になる項目が同じ実行で受理された"},
    "setup": {"en": "before", "ja": "前提"},
    "afterwards": {"en": "afterwards", "ja": "その後"},
}


def check_name(name: str, language: str) -> str:
    """Return the name of a check for people; `setup login` and `afterwards tap` keep their verb."""
    first, _, verb = name.partition(" ")
    if name in CHECKS:
        return CHECKS[name][language]
    return f"{CHECKS[first][language]}: {verb}"

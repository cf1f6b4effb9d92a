"""Each contradiction is refused when loaded, with file, line and reason; without its rule it would have passed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl.services import rules
from reference_impl.services.faults import Fault, PoliciesRefused
from reference_impl.services.loading import load_files, load_policies
from reference_impl.services.marks import read_marked
from tests.reference_impl.services.policies import LIBRARY, TAXI

TEXT = """services:
  - id: forms
    name: {ja: 申請書, en: Forms}
    archetype: text
    place: {where: [attended]}
    net: online
    reads: {opened_by: [number-b]}
"""
LOGIN = """services:
  - id: portal
    name: {ja: ポータル, en: Portal}
    archetype: auth
    place: {where: [online]}
    net: online
    status: {method: ocsp, source: jlis}
    assurance: 3
"""
KIOSK = """services:
  - id: kiosk
    name: {ja: 交付, en: Kiosk}
    archetype: kiosk
    place: {where: [managed]}
    net: lgwan
    status: {method: ocsp, source: regional-platform}
    needs: [platform]
    hours: {open: [{from: 06:30, to: 23:00}], closed: [12-29..01-03]}
"""
BALANCE = "    entitlements:\n      - {id: yen, kind: balance, unit: {ja: 円, en: yen}}\n"

Case = tuple[str, str, str, int, str, str, str]
CASES: dict[str, Case] = {
    # name: base, what is there, what stands there instead, line, rule, words in Japanese, words in English
    "tap online": (LIBRARY, "[attended]", "[online]", 5, "tap-place", "かざし利用は online", "not allowed online"),
    "tap outdoors, second place": (
        LIBRARY,
        "[attended]",
        "[attended, outdoor]",
        5,
        "tap-place",
        "outdoor ではできません",
        "not allowed outdoor",
    ),
    "tap in a vehicle": (LIBRARY, "[attended]", "[vehicle]", 5, "tap-in-vehicle", "車内", "counts_as"),
    "counts as, unexplained": (
        LIBRARY,
        "{where: [attended]}",
        "{where: [vehicle], counts_as: managed}",
        5,
        "place-unexplained",
        "理由",
        "because",
    ),
    "tap above level 1": (
        LIBRARY,
        "net: online",
        "net: online\n    assurance: 2",
        7,
        "assurance-too-high",
        "保証レベルは 1 まで",
        "level 1 at most",
    ),
    "tap without status": (
        LIBRARY,
        "{method: ocsp, source: jlis, maximum_age: 30m}",
        "{method: none}",
        7,
        "tap-without-status",
        "毎回の失効確認",
        "status at each use",
    ),
    "exception not needed": (
        LIBRARY,
        "net: online",
        "net: online\n    predates_rule: true",
        7,
        "exception-without-need",
        "predates_rule",
        "and nothing else",
    ),
    "tap enrolled at a counter": (
        LIBRARY,
        "net: online",
        "net: online\n    enrolment:\n      by: [counter]",
        8,
        "tap-enrolled-without-pin",
        "暗証番号",
        "with PIN",
    ),
    "status of a card application": (
        TAXI,
        "net: offline",
        "net: offline\n    status: {method: offline-crl, source: jlis, maximum_age: 2d}",
        7,
        "status-of-nothing",
        "証明書を読まない",
        "reads no certificate",
    ),
    "certificate without status": (
        LOGIN,
        "{method: ocsp, source: jlis}",
        "{method: none}",
        7,
        "certificate-unchecked",
        "失効確認の方法",
        "learn its status",
    ),
    "offline list without age": (
        LIBRARY,
        "{method: ocsp, source: jlis, maximum_age: 30m}",
        "{method: offline-crl, source: jlis}",
        7,
        "offline-list-ageless",
        "最大経過時間",
        "believed for ever",
    ),
    "method without source": (
        LOGIN,
        "{method: ocsp, source: jlis}",
        "{method: ocsp}",
        7,
        "source-and-method",
        "source は",
        "source goes with a method",
    ),
    "fresher than OCSP": (LIBRARY, "30m", "14m", 7, "fresher-than-source", "更新間隔は 15m", "renewed every 15m"),
    "fresher than a list": (
        LIBRARY,
        "{method: ocsp, source: jlis, maximum_age: 30m}",
        "{method: crl, source: jlis, maximum_age: 23h}",
        7,
        "fresher-than-source",
        "更新間隔は 24h",
        "renewed every 24h",
    ),
    "fresher than the list that stands in": (
        LOGIN,
        "{method: ocsp, source: jlis}",
        "{method: ocsp-then-crl, source: jlis, list_maximum_age: 1h}",
        7,
        "fresher-than-source",
        "更新間隔は 24h",
        "renewed every 24h",
    ),
    "list stands in, ageless": (
        LOGIN,
        "{method: ocsp, source: jlis}",
        "{method: ocsp-then-crl, source: jlis}",
        7,
        "fallback-list-age",
        "list_maximum_age",
        "how old may the list be",
    ),
    "age of nothing": (
        TAXI,
        "net: offline",
        "net: offline\n    status: {maximum_age: 2d}",
        7,
        "age-of-nothing",
        "失効確認をしない",
        "nothing is asked",
    ),
    "offline terminal asks": (
        LIBRARY,
        "net: online",
        "net: offline",
        7,
        "offline-cannot-ask",
        "オフラインの端末",
        "cannot ask by ocsp",
    ),
    "online and offline": (LOGIN, "net: online", "net: offline", 6, "online-and-offline", "オフライン", "used online"),
    "regional platform from the Internet": (
        KIOSK,
        "net: lgwan",
        "net: online",
        7,
        "source-out-of-reach",
        "lgwan から",
        "reached through lgwan",
    ),
    "PPID from J-LIS": (
        LIBRARY,
        "archetype: serial-tap",
        "archetype: ppid-tap\n    needs: [platform]",
        8,
        "validity-from-platform",
        "プラットフォームが確認",
        "not from J-LIS",
    ),
    "platform unnamed": (KIOSK, "    needs: [platform]\n", "", 4, "platform-unnamed", "needs: [platform]", "say needs"),
    "platform unused": (
        LIBRARY,
        "net: online",
        "net: online\n    needs: [platform]",
        7,
        "platform-unnamed",
        "使われていません",
        "never uses",
    ),
    "kiosk outdoors": (KIOSK, "[managed]", "[outdoor]", 5, "kiosk-place", "管理された場所", "managed or attended"),
    "card application online": (
        TAXI,
        "{where: [vehicle]}\n    net: offline",
        "{where: [online]}\n    net: online",
        5,
        "face-online",
        "オンラインでは",
        "over a network",
    ),
    "signature with the authentication certificate": (
        LOGIN,
        "net: online",
        "net: online\n    purposes: [enrol, sign]",
        7,
        "purpose-and-certificate",
        "sign は auth",
        "the auth certificate",
    ),
    "number by 照合番号B": (
        TEXT,
        "[number-b]",
        "[number-b], number: true",
        7,
        "number-b-and-number",
        "個人番号は読めません",
        "never gives 個人番号",
    ),
    "text read without a text application": (
        LOGIN,
        "net: online",
        "net: online\n    reads: {opened_by: [pin]}",
        7,
        "number-b-and-number",
        "text だけ",
        "only the archetype text",
    ),
    "window past midnight": (
        KIOSK,
        "{from: 06:30, to: 23:00}",
        "{from: 22:00, to: 02:00}",
        9,
        "window-without-time",
        "日をまたぐ",
        "write two windows",
    ),
    "30 February": (KIOSK, "12-29..01-03", "02-30", 9, "no-such-day", "02-30", "no such day"),
    "never open": (KIOSK, "12-29..01-03", "01-01..12-31", 9, "never-open", "まったくありません", "never open"),
    "no window at all": (
        KIOSK,
        "[{from: 06:30, to: 23:00}]",
        "[]",
        9,
        "never-open",
        "まったくありません",
        "never open",
    ),
    "age without proof": (
        LOGIN,
        "net: online",
        "net: online\n    serves: {age: {from: 65}}",
        7,
        "served-unproved",
        "年齢",
        "proves no age",
    ),
    "residence without proof": (
        LIBRARY,
        "net: online",
        "net: online\n    serves:\n      residence: [own]",
        8,
        "served-unproved",
        "住所",
        "proves no residence",
    ),
    "nobody so old": (
        LIBRARY,
        "net: online",
        "net: online\n    serves: {age: {from: 65, to: 64}}",
        7,
        "nobody-so-old",
        "人はいません",
        "nobody is at least 65",
    ),
    "certificate kept": (
        LOGIN,
        "net: online",
        "net: online\n    retention: {certificate: 7y}",
        7,
        "certificate-kept",
        "廃棄",
        "thrown away",
    ),
    "balance of nobody": (
        TEXT,
        "    net: online\n",
        "    net: online\n" + BALANCE,
        8,
        "counted-nobody",
        "同じ人と分からない",
        "does not recognise",
    ),
    "count without limit": (
        TAXI,
        "kind: count, limit: 2, per: day",
        "kind: count",
        8,
        "entitlement-shape",
        "上限",
        "needs limit and per",
    ),
    "balance with a period": (
        LOGIN,
        "    net: online\n",
        "    net: online\n" + BALANCE.replace("balance,", "balance, per: day,"),
        8,
        "entitlement-shape",
        "残高",
        "names its amount",
    ),
    "allowance with a cost": (
        TAXI,
        "kind: count, limit: 2, per: day",
        "kind: allowance, cost: 2, limit: 2, per: day",
        8,
        "entitlement-shape",
        "支給",
        "no fixed cost",
    ),
    "count with an opening": (
        TAXI,
        "kind: count, limit: 2",
        "kind: count, opening: 1, limit: 2",
        8,
        "entitlement-shape",
        "opening は",
        "what a balance begins with",
    ),
    "cost above the limit": (
        TAXI,
        "limit: 2",
        "limit: 2, cost: 3",
        8,
        "never-usable",
        "一度も使えません",
        "never be used",
    ),
    "opening above the limit": (
        LOGIN,
        "    net: online\n",
        "    net: online\n" + BALANCE.replace("balance,", "balance, opening: 2, limit: 1,"),
        8,
        "never-usable",
        "最初の残高",
        "may hold",
    ),
    "one name twice": (TAXI, "rides-a-year", "rides-a-day", 9, "entitlement-twice", "二つあります", "two entitlements"),
    "more a day than a year": (TAXI, "limit: 2", "limit: 71", 8, "short-above-long", "短い期間", "never be reached"),
    "household without a register": (
        TAXI,
        "limit: 2",
        "whose: household, limit: 2",
        8,
        "household-unknown",
        "世帯",
        "does not tell the household",
    ),
    "recorded offline, asked online": (
        LIBRARY,
        "net: online",
        "net: online\n    offline: {upload_within: 7d}",
        7,
        "offline-yet-asking",
        "利用時に使えません",
        "asked by ocsp",
    ),
    "recorded at home": (
        LOGIN,
        "{method: ocsp, source: jlis}",
        "{method: offline-crl, source: jlis, maximum_age: 2d}\n    offline: {upload_within: 7d}",
        8,
        "offline-at-home",
        "オフラインの記録はありません",
        "no terminal",
    ),
    "balance offline": (
        TAXI.replace("card-app-count", "card-app"),
        "kind: count, limit: 2, per: day",
        "kind: balance",
        8,
        "balance-unchecked",
        "残高",
        "on the chip",
    ),
    "record of nobody": (
        TEXT,
        "net: online",
        "net: online\n    offline: {upload_within: 7d}",
        7,
        "record-of-nobody",
        "突合できません",
        "names nobody",
    ),
    "counts never come home": (
        TAXI,
        "    offline: {upload_within: 31d}\n",
        "",
        7,
        "counts-never-home",
        "突合",
        "reconciled",
    ),
    "forgotten before upload": (
        TAXI,
        "{upload_within: 31d}",
        "{upload_within: 800d}\n    retention: {uses: 2y}",
        11,
        "forgotten-before-upload",
        "二重に",
        "count twice",
    ),
    "forgotten before the year is over": (
        TAXI,
        "{upload_within: 31d}",
        "{upload_within: 31d}\n    retention: {uses: 90d}",
        9,
        "forgotten-before-period",
        "先に消えます",
        "shorter than the fiscal-year",
    ),
    "nobody to look": (
        LOGIN,
        "net: online",
        "net: online\n    fallback:\n      - {document: driving-licence, after: [REVOKED]}",
        8,
        "nobody-to-look",
        "確かめる人",
        "nobody is there",
    ),
    "forged card passed over": (
        LIBRARY,
        "net: online",
        "net: online\n    fallback:\n      - {document: user-card, after: [CARD_NOT_GENUINE]}",
        8,
        "fallback-after",
        "偽造",
        "forged card",
    ),
    "fall-back after success": (
        LIBRARY,
        "net: online",
        "net: online\n    fallback: [{document: user-card, after: [OK]}]",
        7,
        "fallback-after",
        "代わりは要りません",
        "nothing has to stand in",
    ),
}


@pytest.mark.parametrize("base", [LIBRARY, TAXI, TEXT, LOGIN, KIOSK], ids=["library", "taxi", "text", "login", "kiosk"])
def test_what_the_cases_are_made_from_is_right(base: str) -> None:
    """The accepted twin of every case below."""
    assert len(load_policies(base, "right.yaml")) == 1


def faults_of(text: str) -> tuple[Fault, ...]:
    """What keeps a text out, or nothing; any other error is one of ours."""
    try:
        load_policies(text, "services/town.yaml")
    except PoliciesRefused as error:
        return error.faults
    return ()


def rules_broken_by(text: str) -> set[str]:
    """The rules that keep a text out."""
    return {fault.rule for fault in faults_of(text)}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_contradiction_is_refused_with_file_line_and_reason(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule says where and why in both languages; when the rule is taken out of the table, the text is let pass."""
    base, there, instead, line, rule, ja, en = case
    assert there in base
    text = base.replace(there, instead, 1)
    with pytest.raises(PoliciesRefused) as refused:
        load_policies(text, "services/town.yaml")
    found = [fault for fault in refused.value.faults if fault.rule == rule]
    assert [(fault.file, fault.line) for fault in found] == [("services/town.yaml", line)], refused.value
    assert ja in found[0].ja
    assert en in found[0].en
    assert f"services/town.yaml:{line}: $.services[0]" in str(refused.value)

    others = tuple(each for each in rules.RULES if each.id != rule)
    monkeypatch.setattr(
        "reference_impl.services.loading.find_contradictions", lambda p: rules.find_contradictions(p, others)
    )
    assert rule not in rules_broken_by(text)


def test_every_rule_has_a_case() -> None:
    """No rule stands in the table untried."""
    assert {case[4] for case in CASES.values()} == {rule.id for rule in rules.RULES}
    assert len({rule.id for rule in rules.RULES}) == len(rules.RULES)


def test_all_faults_of_all_files_are_told_at_once() -> None:
    """Whoever mends a file sees everything, and one file's fault keeps the others out too."""
    with pytest.raises(PoliciesRefused) as refused:
        load_files(
            [("a.yaml", LIBRARY.replace("attended", "online")), ("b.yaml", LIBRARY), ("c.yaml", "services: [1]")]
        )
    assert [(fault.file, fault.line, fault.rule) for fault in refused.value.faults] == [
        ("a.yaml", 5, "tap-place"),
        ("b.yaml", 2, "service-twice"),
        ("c.yaml", 1, "shape"),
    ]
    assert "a.yaml:2" in refused.value.faults[1].en


UNREADABLE = {
    "nothing": ("", 1, "内容がありません", "empty"),
    "another document": ("policies: []", 1, "services", "one key services"),
    "unknown part": (LIBRARY + "    colour: red\n", 8, "colour", "unknown field colour"),
    "unknown part inside": (LIBRARY.replace("maximum_age", "max_age"), 7, "max_age", "unknown field max_age"),
    "missing part": (LIBRARY.replace("    net: online\n", ""), 2, "net", "missing required field net"),
    "wrong word": (LIBRARY.replace("serial-tap", "serial-top"), 4, "serial-top", "serial-top"),
    "wrong type": (LIBRARY.replace("net: online", "net: online\n    assurance: one"), 7, "int", "int"),
    "wrong duration": (LIBRARY.replace("30m", "half"), 7, "形式", "matching regex"),
    "key twice": (LIBRARY.replace("net: online", "net: online\n    net: lgwan"), 7, "重複", "comes twice"),
    "alias": (
        LIBRARY.replace("{ja: 図書館, en: Library}", "&x {ja: a, en: b}\n    law: *x"),
        3,
        "エイリアス",
        "alias",
    ),
    "tag": (LIBRARY.replace("serial-tap", "!!python/name:os.system serial-tap"), 4, "タグ", "tag"),
    "broken": (LIBRARY.replace("[attended]", "[attended"), 5, "YAML", "not YAML"),
    "deep": ("services: " + "[" * 20_000, 1, "深", "deep"),
    "binary": ("services: \x00", 1, "YAML", "not YAML"),
}


@pytest.mark.parametrize(("text", "line", "ja", "en"), UNREADABLE.values(), ids=UNREADABLE)
def test_text_that_is_no_policy_is_refused_with_its_line(text: str, line: int, ja: str, en: str) -> None:
    """Strict: unknown, missing, doubled and mistyped parts are named; nothing runs, nothing crashes."""
    with pytest.raises(PoliciesRefused) as refused:
        load_policies(text, "town.yaml")
    (fault,) = refused.value.faults
    assert (fault.file, fault.line) == ("town.yaml", line), fault
    assert ja in fault.ja
    assert en in fault.en


def test_json_is_taken_too_with_its_lines() -> None:
    """A message is as good as a file; tabs between tokens do no harm."""
    right = (
        '{"services": [\n\t{"id": "library", "name": {"ja": "図書館", "en": "Library"},\n "archetype": "serial-tap",\n'
        '\t "place": {"where": ["attended"]}, "net": "online",\n'
        '\t "status": {"method": "ocsp", "source": "jlis", "maximum_age": "30m"}}]}'
    )
    assert load_policies(right, "message.json") == load_policies(LIBRARY, "library.yaml")
    with pytest.raises(PoliciesRefused) as refused:
        load_policies(right.replace("attended", "online"), "message.json")
    assert re.match(r"message\.json:4: \$\.services\[0\]\.place\.where\[0\]: ", str(refused.value))


def test_clock_times_are_no_numbers() -> None:
    """YAML 1.1 would read 23:00 as 1380, and `no` as false."""
    (kiosk,) = load_policies(KIOSK.replace("en: Kiosk", "en: no"), "kiosk.yaml")
    assert kiosk.hours is not None
    assert kiosk.hours.open[0].to == "23:00"
    assert kiosk.name.en == "no"


@pytest.mark.parametrize(
    ("written", "value"),
    [("5.0", 5.0), ("-0.25", -0.25), ("0.5", 0.5), ("05.0", "05.0"), ("1.2.3", "1.2.3"), ("'5.0'", "5.0"), ("5.", "5."),
     (".5", ".5"), ("1e3", "1e3")],
)  # fmt: skip
def test_decimals_are_numbers_where_nobody_reads_them_otherwise(written: str, value: object) -> None:
    """A time-out of 5.0 seconds is one; a version of three parts, a quoted one and YAML's short forms are text."""
    assert read_marked(f"timeout: {written}").value == {"timeout": value}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([LIBRARY, TAXI, TEXT, LOGIN, KIOSK]), st.data())
def test_damaged_file_is_loaded_or_refused_and_nothing_else(base: str, data: st.DataObject) -> None:
    """Characters lost, doubled or replaced: policies, or faults with a line that the file has."""
    at = data.draw(st.integers(0, len(base)))
    lost = data.draw(st.integers(0, 12))
    put = data.draw(st.one_of(st.sampled_from(base.split()), st.text(max_size=8)))
    text = base[:at] + put + base[at + lost :]
    for fault in faults_of(text):
        assert 1 <= fault.line <= text.count("\n") + 2
        assert fault.ja
        assert fault.en


def test_name_with_a_line_end_is_none() -> None:
    """A pattern ends where the text ends, and not before its last line end."""
    for there, instead in (("id: library", 'id: "library\\n"'), ("30m", '"30m\\n"')):
        assert rules_broken_by(LIBRARY.replace(there, instead)) == {"shape"}

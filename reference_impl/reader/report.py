"""What is shown of a card: rows with a name in both languages, as two columns or as JSON."""

import json
import unicodedata
from collections.abc import Iterable

import msgspec
from cryptography import x509

from reference_impl.reader.client import CardClient
from reference_impl.reader.faults import CardRefused, ReaderFault, ReaderRefused
from reference_impl.reader.pcsc import ReaderState
from reference_impl.reader.references import (
    AUTH_PIN,
    BIRTH_DATE,
    REFERENCES,
    SIGN_PASSWORD,
    TEXT_CODE_A,
    TEXT_CODE_B,
    TEXT_PIN,
    VISUAL_CODE_A,
    VISUAL_CODE_B,
    Reference,
)
from reference_impl.reader.status_words import StatusWord, explanation_of
from reference_impl.reader.text_records import Attributes
from reference_impl.reader.visual_records import Face
from reference_impl.reader.words import Language, Words

KEYS: dict[Reference, str] = {
    AUTH_PIN: "auth_pin",
    SIGN_PASSWORD: "sign_password",
    TEXT_PIN: "text_pin",
    TEXT_CODE_A: "text_code_a",
    TEXT_CODE_B: "text_code_b",
    BIRTH_DATE: "birth_date",
    VISUAL_CODE_B: "visual_code_b",
    VISUAL_CODE_A: "visual_code_a",
}
"""Names of the PINs in JSON."""
_SEXES = {"0": "不明", "1": "男", "2": "女", "9": "適用不能"}


Shown = Words | str | int | bool | None


class Row(msgspec.Struct, frozen=True):
    """One thing that is shown; in Japanese and English where it is not a figure."""

    key: str
    name: Words
    value: Shown


def readers_rows(states: Iterable[ReaderState]) -> list[Row]:
    """Each reader, and what is in it."""
    rows = []
    for number, each in enumerate(states):
        if each.mute:
            content = Words("応答しないカード", "a card that does not answer")
        elif not each.present:
            content = Words("空", "empty")
        else:
            told = each.interface.value
            content = Words(
                f"カードあり（{told.ja}、ATR {each.atr.hex()}）", f"a card ({told.en}, ATR {each.atr.hex()})"
            )
        rows.append(Row(f"reader_{number}", Words(each.name, each.name), content))
    return rows


def free_rows(client: CardClient) -> list[Row]:
    """What a card tells without a PIN; what it has not is left out."""
    token = client.jpki.read_token()
    presence = client.jpki.read_presence()
    rows = [
        Row("kind", Words("種類", "kind"), token.kind.told),
        Row("serial", Words("シリアル番号", "serial number"), token.serial),
        Row("auth_certificate", Words("利用者証明用電子証明書", "authentication certificate"), presence.auth),
        Row("sign_certificate", Words("署名用電子証明書", "signature certificate"), presence.sign),
    ]
    try:
        record = client.read_card_record()
    except CardRefused as refused:
        if refused.sw != StatusWord.NOT_FOUND:
            raise
    else:
        rows += [
            Row("municipality", Words("市区町村コード", "municipality"), record.municipality),
            Row("expiry", Words("カードの有効期限", "card valid until"), record.expiry),
        ]
    if not token.kind.hides_certificate:
        certificate = x509.load_der_x509_certificate(client.jpki.read_auth_certificate())
        until = f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
        rows.append(Row("auth_until", Words("利用者証明用の有効期限", "authentication certificate until"), until))
    return rows


def tries_rows(client: CardClient) -> list[Row]:
    """The tries left of each PIN; asking spends none."""
    tries = client.all_tries()
    return [Row(f"tries_{KEYS[each]}", each.name, tries[each]) for each in REFERENCES]


def tries_rows_or_why(client: CardClient) -> list[Row]:
    """The same, or why nothing was asked: an empty VERIFY goes to our own readers only, too."""
    try:
        return tries_rows(client)
    except ReaderRefused as refused:
        return [Row("tries", Words("残り回数", "tries left"), Words(refused.ja, refused.en))]


def attributes_rows(attributes: Attributes) -> list[Row]:
    """The four attributes."""
    return [
        Row("name", Words("氏名", "name"), attributes.name),
        Row("address", Words("住所", "address"), attributes.address),
        Row("birth_date", Words("生年月日", "birth date"), attributes.birth_date),
        Row("sex", Words("性別", "sex"), f"{attributes.sex} {_SEXES[attributes.sex]}"),
        Row("issuer_known", Words("発行者を確認", "issuer checked"), attributes.issuer_known),
    ]


def face_rows(face: Face) -> list[Row]:
    """What is printed on the front, but for the pictures: of those how long they are."""
    pictures = {"name": face.name_image, "address": face.address_image, "photo": face.photo}
    return [
        Row("birth_date", Words("生年月日", "birth date"), face.birth_date),
        Row("sex", Words("性別", "sex"), f"{face.sex} {_SEXES[face.sex]}"),
        Row("expiry", Words("有効期限", "valid until"), face.expiry),
        *(Row(f"{key}_octets", Words(f"画像 {key}", f"picture: {key}"), len(each)) for key, each in pictures.items()),
        Row("issuer_known", Words("発行者を確認", "issuer checked"), face.issuer_known),
    ]


def status_rows(sw: int) -> list[Row]:
    """A status word: its meaning, and what to do."""
    meaning, advice = explanation_of(sw)
    return [
        Row("sw", Words("終了コード", "status word"), f"{sw:04X}"),
        Row("meaning", Words("意味", "meaning"), meaning),
        Row("advice", Words("対応", "what to do"), advice),
    ]


def fault_rows(fault: ReaderFault) -> list[Row]:
    """What went wrong."""
    return [
        Row("fault", Words("エラー", "fault"), type(fault).__name__),
        Row("text", Words("内容", "text"), Words(fault.ja, fault.en)),
    ]


def as_json(rows: Iterable[Row]) -> str:
    """An object with one member a row; texts in both languages."""
    members = {row.key: row.value._asdict() if isinstance(row.value, Words) else row.value for row in rows}
    return json.dumps(members, ensure_ascii=False)


def as_text(rows: Iterable[Row], language: Language) -> str:
    """Two columns; characters of full width take two places."""
    listed = [(row.name.said(language), _said(row.value, language)) for row in rows]
    width = max((_width(name) for name, _ in listed), default=0)
    return "\n".join(f"{name}{' ' * (width - _width(name))}  {value}" for name, value in listed)


def _said(value: Shown, language: Language) -> str:
    if isinstance(value, Words):
        return value.said(language)
    if isinstance(value, bool):
        return _YES[value].said(language)
    return Words("なし", "none").said(language) if value is None else str(value)


_YES = {True: Words("あり", "yes"), False: Words("なし", "no")}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

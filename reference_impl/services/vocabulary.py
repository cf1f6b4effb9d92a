"""The words of a policy: closed lists, each with what it means."""

from enum import StrEnum


class Archetype(StrEnum):
    """How a holder is enrolled and later recognised."""

    SERIAL_TAP = "serial-tap"
    """Enrolled once with PIN; at use the authentication certificate is read, no PIN (かざし利用)."""
    PPID_TAP = "ppid-tap"
    """MyKey Platform type 1: the platform's reader screen, a tap gives a PPID."""
    PPID_ONLINE = "ppid-online"
    """MyKey Platform type 2: the service reads and verifies, the platform checks validity and gives a PPID."""
    MYKEY_ID = "mykey-id"
    """The older MyKey ID, bound to the certificate's number."""
    AUTH = "auth"
    """Authentication certificate and PIN at each use."""
    AUTH_ONCE = "auth-once"
    """The same once; afterwards the service's own sign-in."""
    SIGN = "sign"
    """Signature certificate and password; a document is signed."""
    SIGN_ONCE = "sign-once"
    """The same once, for identity proofing."""
    TEXT = "text"
    """券面事項入力補助AP, opened by its PIN or by 照合番号B."""
    CARD_APP = "card-app"
    """An application of our own in the free area: a number, no PIN, no certificate."""
    CARD_APP_COUNT = "card-app-count"
    """The same with a counter on the chip."""
    APP_AUTH = "app-auth"
    """デジタル認証アプリ, authentication API."""
    APP_SIGN = "app-sign"
    """デジタル認証アプリ, signature API."""
    KIOSK = "kiosk"
    """Issuing at a kiosk: PIN, certificate checked through 証明書交付センター."""
    FACE = "face"
    """The printed face: looked at, scanned or printed on; no chip."""


class Place(StrEnum):
    """Where the terminal stands."""

    ATTENDED = "attended"
    MANAGED = "managed"
    LENT = "lent"
    VEHICLE = "vehicle"
    """In a bus or a taxi: no place the rules of the tap know; a policy says what it counts as."""
    OUTDOOR = "outdoor"
    ONLINE = "online"


class Net(StrEnum):
    """What the terminal is connected to."""

    ONLINE = "online"
    LGWAN = "lgwan"
    OFFLINE = "offline"


class Method(StrEnum):
    """How validity is learnt."""

    NONE = "none"
    OCSP = "ocsp"
    CRL = "crl"
    OCSP_THEN_CRL = "ocsp-then-crl"
    """The list answers where the responder does not."""
    OFFLINE_CRL = "offline-crl"
    """A list the terminal carries with it."""
    PLATFORM = "platform"
    """The platform checks and tells the result."""


class StatusSource(StrEnum):
    """Who is asked."""

    JLIS = "jlis"
    REGIONAL = "regional-platform"
    """地方認証プラットフォーム, on LGWAN."""
    MYKEY = "mykey-platform"
    """マイキープラットフォーム, on the Internet."""
    AUTH_APP = "auth-app"
    """デジタル認証アプリ."""


class Proof(StrEnum):
    """What enrolment took as proof."""

    PIN = "pin"
    """The authentication certificate with its 4-digit PIN."""
    SIGNATURE = "signature"
    """The signature certificate with its password; it carries the four attributes."""
    TEXT = "text"
    """The four attributes, read from the chip."""
    COUNTER = "counter"
    """Staff looked at the card."""
    PLATFORM = "platform"
    """A platform vouched, with the four attributes where the holder consents."""


class Attribute(StrEnum):
    """What one may want to know of a holder."""

    AGE = "age"
    RESIDENCE = "residence"
    NUMBER = "number"
    """個人番号."""


class TextKey(StrEnum):
    """What opens 券面事項入力補助AP."""

    PIN = "pin"
    NUMBER_B = "number-b"
    """照合番号B: birth date, year of expiry, security code. It never gives 個人番号."""


class EntitlementKind(StrEnum):
    """How an entitlement is used up."""

    COUNT = "count"
    """So many times (rides, visits, votes) in each period."""
    ALLOWANCE = "allowance"
    """So many units (points, yen) in each period; each use names how many. What is left over is not carried on."""
    BALANCE = "balance"
    """Units paid in and paid out, never below zero."""


class Whose(StrEnum):
    """Whose entitlement it is."""

    HOLDER = "holder"
    HOUSEHOLD = "household"
    """One for all who live together (一世帯一回). The card does not tell the household: a register does."""


class Per(StrEnum):
    """The period after which a count begins anew, in Japan's calendar."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    FISCAL_YEAR = "fiscal-year"
    """年度: from 1 April."""
    LIFETIME = "lifetime"


class Document(StrEnum):
    """What may be shown in place of the card."""

    USER_CARD = "user-card"
    """The service's own card, looked at by staff."""
    BARCODE = "barcode"
    """The service's own card or ticket, read by a machine."""
    PAPER_TICKET = "paper-ticket"
    DRIVING_LICENCE = "driving-licence"
    RESIDENCE_CARD = "residence-card"
    PAPER_APPLICATION = "paper-application"
    STAFF_ENTRY = "staff-entry"
    """An authorised person enters it by hand."""
    QR_IN_APP = "qr-in-app"


class Need(StrEnum):
    """What has to be there before the service can run, and is not built yet."""

    PLATFORM = "platform"


class Confidence(StrEnum):
    """How sure a row is. Nothing of it is normative: the documents are descriptions."""

    PUBLISHED = "published"
    ASSUMED = "assumed"

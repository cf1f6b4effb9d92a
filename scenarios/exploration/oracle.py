"""What a relying party has to decide, from the tables alone: the order of steps of docs/contract.md, what each needs.

    decode · purpose · issuer · validity · place · challenge · proof or genuineness · status · account

The first step that refuses gives the reason. It shares no code with the reference nor with the fake J-LIS: a reader
can hold it against docs/contract.md, docs/status.md and docs/accounts.md. Where these leave more than one answer right,
the question is put once for each `Reading`, and every answer of one of them is right.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

from scenarios.exploration.dates import CHALLENGE_LASTS, OCSP_LASTS, SECOND, generation_at, mark_at
from scenarios.exploration.lives import HOLD, SUPERSEDED, Certificate, Plastic

OK, CARD = "OK", "CARD"
"""Accepted; and what is no word of the product's: the card gave nothing that could be shown to it."""
TAP_PLACES = ("attended", "managed", "lent")
"""Where a tap is allowed (pki.md §5; docs/contract.md, step place)."""
UNTRUSTED = "STATUS_UNTRUSTED"
OUTAGES = {
    "unavailable": "STATUS_UNAVAILABLE", "internal_error": "STATUS_UNAVAILABLE", "try_later": "STATUS_UNAVAILABLE",
    "cut": "STATUS_UNAVAILABLE", "silent": "STATUS_UNAVAILABLE", "wrong_signer": UNTRUSTED,
    "other_authority": UNTRUSTED, "wrong_serial": UNTRUSTED, "wrong_nonce": UNTRUSTED,
    "says_unknown": "STATUS_UNKNOWN", "stale": "STATUS_STALE", "future": "STATUS_STALE", "delay": "",
}  # fmt: skip
"""docs/status.md, "Rules of an OCSP answer": what is no answer, whose answer it is, what it says, when it holds.

A late answer is the true one: it has to come within the time that the product waits.
"""
SIGNED = ("stale", "future", "says_unknown")
"""Signed as they should be: what counts is what they say, and whether their window is open by the product's clock."""
FORGOTTEN = timedelta(days=1)
"""A session of yesterday may be one that nobody knows (docs/contract.md: `CHALLENGE_MISMATCH`)."""


@dataclass(frozen=True)
class Reading:
    """One way to read what the specification leaves open; the first of each pair is the reference's declared one."""

    ends_included: bool = True
    """RFC 5280 §4.1.2.5 includes both ends; rfc.md F7: some libraries do not, nobody is judged by it."""
    slack: timedelta = timedelta()
    """The tolerance for clocks that the product declared (`hello`)."""
    old_words: tuple[str, ...] = ("ON_HOLD", "REVOKED")
    """What counts of an answer that is too old: `revoked` is final (docs/status.md), or all of it, or nothing."""


@dataclass(eq=False)
class Account:
    """What the product knows of a holder: certificate, birth date and chip as they were proved."""

    holder: Certificate
    born: date
    chip: int
    since: datetime
    accepted: int = 1
    seen_ended: bool = False
    """Whether an attempt with the certificate was refused as revoked or on hold."""
    before: list[Certificate] = field(default_factory=list)


@dataclass(eq=False)
class Session:
    """An attempt that was begun, by the product's clock."""

    purpose: str
    begun: datetime
    holder: Certificate | None = None
    """Whose birth date was told at the beginning: of a tap."""
    spent: bool = False


@dataclass(frozen=True)
class Shown:
    """What a terminal presents: all but the certificate may be missing or wrong."""

    certificate: Certificate
    chip: Plastic | None = None
    genuine: bool = True
    """Whether the chip's records and its signature over our challenge are as they should be."""
    signature: str = "right"
    """`right`, `wrong` or `missing`."""
    place: str = "attended"
    challenge: str = "own"
    """`own` of the session, or `another` one's."""


class Oracle:
    """The product as it has to be."""

    def __init__(self, began: datetime, tolerance: timedelta = timedelta()) -> None:
        self._origin = began.astimezone(UTC).year
        self._tolerance = tolerance
        self.pinned = generation_at(began, self._origin)
        """The newest generation of authorities that the operator told the product of."""
        self.accounts: list[Account] = []
        self.outage = ""
        self.off = timedelta()
        """How wrong the product's clock is."""
        self._latest = began
        """The latest that the product's clock ever showed."""

    def readings(self) -> list[Reading]:
        """Return every way to read what is open."""
        slacks = {timedelta(), self._tolerance}
        words = ("ON_HOLD", "REVOKED"), ("ON_HOLD", "REVOKED", "STATUS_UNKNOWN"), ()
        return [Reading(*each) for each in product((True, False), sorted(slacks), words)]

    def account_of(self, certificate: Certificate) -> Account | None:
        """Return the account that a certificate leads to, or led to before another followed it."""
        return next((each for each in self.accounts if certificate in (each.holder, *each.before)), None)

    def begins_a_tap(self, certificate: Certificate, place: str, now: datetime, *, known: bool = True) -> set[str]:
        """Return why a tap may be refused at its beginning, the holder being hinted at; OK where nothing is against it.

        Whatever the product knows by then may be said first (docs/contract.md, `begin`).
        """
        answers: set[str] = set()
        for reading in self.readings():
            found = self._identity(Shown(certificate), "tap", now + self.off, reading)
            if not found and (account := self.account_of(certificate)) is None:
                found = "NOT_ENROLLED"
            elif not found and account is not None and account.holder is not certificate:
                found = "REVOKED"
            refusals = {"PLACE_NOT_ALLOWED"} if place not in TAP_PLACES else set()
            refusals |= set() if known else {"POLICY"}
            refusals |= {found} if found else set()
            answers |= refusals or {OK}
        return answers

    def completes(self, session: Session, shown: Shown, now: datetime) -> set[str]:
        """Return every right answer; the session is spent as far as one of them looks at its challenge."""
        answers = {self._decided(session, shown, now, reading) for reading in self.readings()}
        if shown.certificate is not session.holder is not None:
            answers.add("HOLDER_MISMATCH")  # begun for somebody else: no step is named for it
        self._latest = max(self._latest, now + self.off)
        if self._latest - session.begun > FORGOTTEN:
            answers.add("CHALLENGE_MISMATCH")
        if session.spent and now + self.off - session.begun > CHALLENGE_LASTS:
            answers |= {"CHALLENGE_EXPIRED"} if "CHALLENGE_REPLAYED" in answers else set()  # it is both
        first = self._decided(session, shown, now, Reading())
        if first not in _BEFORE_CHALLENGE:
            session.spent = True
        return answers

    def takes(self, session: Session, shown: Shown, now: datetime, answer: str) -> None:
        """Remember what follows from an answer that was given (docs/accounts.md)."""
        account, certificate = self.account_of(shown.certificate), shown.certificate
        if answer in {"REVOKED", "ON_HOLD"} and account is not None and session.purpose != "sign":
            account.seen_ended = account.seen_ended or account.holder is certificate
        if answer != OK or session.purpose == "sign":
            return
        if session.purpose == "enrol" and shown.chip is not None:
            self.accounts.append(Account(certificate, shown.chip.born, shown.chip.chip, now + self.off))
        elif session.purpose == "relink" and shown.chip is not None:
            followed = self._of_chip(shown.chip)
            if followed is not None:
                followed.before.append(followed.holder)
                followed.holder, followed.since, followed.seen_ended = certificate, now + self.off, False
        elif account is not None:
            account.accepted += 1

    def unlinks(self, certificate: Certificate) -> set[str]:
        """Return the right answer to leaving the service, and forget the account (docs/accounts.md)."""
        if certificate.generation > self.pinned:
            return {"UNKNOWN_ISSUER"}
        account = self.account_of(certificate)
        if account is None:
            return {"NOT_ENROLLED"}
        if account.holder is not certificate:
            return {"REVOKED"}
        self.accounts.remove(account)
        return {OK}

    def _decided(self, session: Session, shown: Shown, now: datetime, reading: Reading) -> str:
        purpose, here = session.purpose, now + self.off
        if shown.signature == "missing" or (purpose in {"enrol", "tap", "relink"} and shown.chip is None):
            return "MALFORMED"
        return (
            self._identity(shown, purpose, here, reading)
            or ("PLACE_NOT_ALLOWED" if purpose == "tap" and shown.place not in TAP_PLACES else "")
            or self._challenge(session, shown, here)
            or ("BAD_SIGNATURE" if purpose != "tap" and shown.signature != "right" else "")
            or self._genuineness(purpose, shown, here)
            or self._status(shown.certificate, now, reading)
            or self._account(session, shown, now)
            or OK
        )

    def _identity(self, shown: Shown, purpose: str, here: datetime, reading: Reading) -> str:
        """purpose, issuer, validity; a certificate begins when it is issued (pki.md §1.3)."""
        certificate, edge = shown.certificate, timedelta() if reading.ends_included else SECOND
        if certificate.kind != ("sign" if purpose == "sign" else "auth"):
            return "WRONG_PURPOSE"
        if certificate.generation > self.pinned:
            return "UNKNOWN_ISSUER"
        if here < certificate.issued - reading.slack:
            return "NOT_YET_VALID"
        return "EXPIRED" if here > certificate.ends + reading.slack - edge else ""

    def _challenge(self, session: Session, shown: Shown, here: datetime) -> str:
        """Another session's, presented again, or older than what the product declared (docs/contract.md)."""
        if shown.challenge != "own":
            return "CHALLENGE_MISMATCH"
        if session.spent:
            return "CHALLENGE_REPLAYED"
        return "" if timedelta() <= here - session.begun <= CHALLENGE_LASTS else "CHALLENGE_EXPIRED"

    def _genuineness(self, purpose: str, shown: Shown, here: datetime) -> str:  # noqa: PLR0911  (one for each clause)
        """The chip proves itself, and is the one that was enrolled, of the holder born then (pki.md §5)."""
        if shown.chip is None or purpose not in {"enrol", "tap", "relink"}:
            return ""
        if not shown.genuine:
            return "CARD_NOT_GENUINE"
        account = self.account_of(shown.certificate)
        if account is not None and account.holder is not shown.certificate:
            return ""
        if account is None and purpose == "relink":
            followed = self._of_chip(shown.chip)
            if followed is not None and not self._not_tied(followed, shown.certificate, here):
                return "" if followed.born == shown.chip.born else "HOLDER_MISMATCH"
        if account is None:
            return ""
        if account.born != shown.chip.born:
            return "HOLDER_MISMATCH"
        return "" if account.chip == shown.chip.chip else "CARD_CHANGED"

    def _status(self, certificate: Certificate, now: datetime, reading: Reading) -> str:
        """What OCSP says, if it can be asked and believed, and is fresh by the product's clock (docs/status.md)."""
        wrong, said, mark = OUTAGES.get(self.outage, ""), certificate.said_at(now), mark_at(now)
        if wrong and self.outage not in SIGNED:
            return wrong
        said = "unknown" if self.outage == "says_unknown" else said
        begins = {"stale": now - SECOND - OCSP_LASTS, "future": now + SECOND}.get(self.outage, mark)
        is_fresh = begins <= now + self.off < begins + OCSP_LASTS
        if is_fresh and self.outage == "future":
            return UNTRUSTED  # rule 8: it was signed before what it says came true
        word = {HOLD: "ON_HOLD", "good": "", "unknown": "STATUS_UNKNOWN"}.get(said, "REVOKED")
        return word if is_fresh or word in reading.old_words else "STATUS_STALE"  # rules 6 and 7

    def _account(self, session: Session, shown: Shown, now: datetime) -> str:  # noqa: PLR0911  (one for each row)
        """Who is enrolled, who may be, and whose certificate followed an enrolled one (docs/accounts.md)."""
        account, purpose = self.account_of(shown.certificate), session.purpose
        if purpose == "sign":
            return ""
        if account is not None and account.holder is not shown.certificate:
            return "REVOKED"  # another certificate followed it
        if session.holder not in {None, shown.certificate}:
            return "HOLDER_MISMATCH"
        if account is not None:
            return "ALREADY_ENROLLED" if purpose in {"enrol", "relink"} else ""
        if purpose in {"tap", "login"} or shown.chip is None:
            return "NOT_ENROLLED"
        followed = self._of_chip(shown.chip)
        if purpose == "enrol":
            return "" if followed is None else "RENEWAL_PENDING"
        return "NOT_ENROLLED" if followed is None else self._not_tied(followed, shown.certificate, now + self.off)

    def _not_tied(self, followed: Account, new: Certificate, here: datetime) -> str:
        """Why a certificate is not taken for the renewal of the one that was enrolled with the chip; empty if it is.

        The old one is over, by renewal or by its date and never stopped, and the new one came since, and no earlier
        than a day before (docs/accounts.md: the fresh proof at the counter).
        """
        old, now = followed.holder, here - self.off
        said = "" if OUTAGES.get(self.outage) else old.said_at(now)
        is_fresh = mark_at(now) <= here < mark_at(now) + OCSP_LASTS
        if said == SUPERSEDED and old.ended is not None:
            over = old.ended
        elif old.ends < here and not followed.seen_ended and said in {"good", "unknown", ""}:
            over = followed.since
        elif not said or (said in {"good", "unknown"} and not is_fresh):
            return "STATUS_UNAVAILABLE"
        else:
            return "NOT_ENROLLED"
        return "" if new.issued >= max(followed.since, over - timedelta(days=1)) else "NOT_ENROLLED"

    def _of_chip(self, chip: Plastic) -> Account | None:
        return next((each for each in self.accounts if each.chip == chip.chip), None)


_BEFORE_CHALLENGE: Collection[str] = (
    "MALFORMED", "WRONG_PURPOSE", "UNKNOWN_ISSUER", "NOT_YET_VALID", "EXPIRED", "PLACE_NOT_ALLOWED",
)  # fmt: skip

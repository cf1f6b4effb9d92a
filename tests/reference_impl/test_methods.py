"""Methods made of sources: what falls back and what never does, how old a list may be, and that revoked stays so."""

from datetime import datetime, timedelta

import pytest

from reference_impl.configuration import Configuration
from reference_impl.status_methods import (
    Inquiry,
    StatusMethods,
    StatusPolicy,
    StatusSources,
    UnusableMethod,
    read_method,
)
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.ocsp_settings import Question, StatusUnreachable
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_methods import (
    FALLS_BACK_ON,
    MAY_FALL_BACK_ON,
    ByKind,
    FallBack,
    KnownRevocations,
    Method,
    Remembering,
)
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority, read_authority
from reference_impl.verification.verdict import Finding, Reason, StatusSource
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki
from tests.reference_impl.conftest import World
from tests.reference_impl.responder import GOOD, REVOKED

HOUR = timedelta(hours=1)
CERTIFICATE = parse_certificate(pki.leaf())
AUTHORITY = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
COULD_NOT_CHECK = ("STATUS_UNAVAILABLE", "STATUS_STALE", "STATUS_UNTRUSTED", "STATUS_UNKNOWN")


class Says:
    """A source that says what it is told, and counts."""

    def __init__(self, reason: str, age: timedelta | None = HOUR, *, name: str = "crl", final: bool = False) -> None:
        self.asked = 0
        source = None if age is None else StatusSource(name, pki.NOW - age)
        finding = None if reason == "OK" else Finding("clause", f"{name} の理由", f"the reason of {name}")
        self.answer = Status(Reason(reason), source, finding, final)

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The answer."""
        del certificate, issuer, now
        self.asked += 1
        return self.answer


def of(method: FallBack | Remembering | ByKind, issuer: Authority = AUTHORITY) -> Status:
    """The status by a method."""
    return method.status(CERTIFICATE, issuer, pki.NOW)


@pytest.mark.parametrize("on", [FALLS_BACK_ON, MAY_FALL_BACK_ON, frozenset[Reason]()], ids=["default", "all", "none"])
@pytest.mark.parametrize("then", ["OK", "REVOKED", "ON_HOLD", *COULD_NOT_CHECK])
@pytest.mark.parametrize("first", ["OK", "REVOKED", "ON_HOLD", *COULD_NOT_CHECK])
def test_every_pair_of_sources(first: str, then: str, on: frozenset[Reason]) -> None:
    """The whole table: a second source is asked only after a reason that is listed, and decides only by an answer."""
    sources = Says(first, name="ocsp"), Says(then)
    status = of(FallBack(*sources, on))
    falls = Reason(first) in on
    assert [each.asked for each in sources] == [1, int(falls)]
    assert str(status.reason) == (then if falls and then in {"OK", "REVOKED", "ON_HOLD"} else first)
    if status.reason is Reason.OK:
        assert "OK" in {first, then if falls else ""}
        assert status.source is not None


def test_unless_told_otherwise_only_no_answer_falls_back() -> None:
    """RFC 9919 §4.2: lists if no answer came. Whatever else OCSP says stands."""
    assert frozenset({"STATUS_UNAVAILABLE"}) == FALLS_BACK_ON


@pytest.mark.parametrize("reason", ["REVOKED", "ON_HOLD", "OK"])
def test_an_answer_cannot_be_made_to_fall_back(reason: str) -> None:
    """Not even by configuration (RP-OCSP-013)."""
    with pytest.raises(ValueError, match=f"found {reason}"):
        FallBack(Says("OK"), Says("OK"), frozenset({Reason(reason), Reason.STATUS_STALE}))


def test_stale_word_of_a_revocation_ends_the_search() -> None:
    """A genuine `revoked` that is too old: no list is asked in the hope of good; nor does a list's own fall further."""
    then = Says("OK")
    stale = Says("STATUS_STALE", name="ocsp", final=True)
    assert of(FallBack(stale, then, MAY_FALL_BACK_ON)).reason == "STATUS_STALE"
    assert then.asked == 0
    known = of(FallBack(Says("STATUS_UNAVAILABLE"), Says("STATUS_STALE", final=True)))
    assert (known.reason, known.final) == ("STATUS_STALE", True)


def test_when_neither_could_say_both_are_named() -> None:
    """The first reason stands, so that an attempt may be tried again, and both sources have their say."""
    status = of(FallBack(Says("STATUS_UNAVAILABLE", name="ocsp"), Says("STATUS_STALE")))
    assert status.reason == "STATUS_UNAVAILABLE"
    assert status.finding is not None
    assert status.finding.en == "the reason of ocsp; then the reason of crl"
    assert status.finding.ja == "ocsp の理由、crl の理由"


def test_newest_revocation_is_the_one_that_is_remembered() -> None:
    """Good from between two revocations is older than the second; whichever of them came first."""
    old, new = Says("REVOKED", 3 * HOUR).answer, Says("REVOKED", HOUR).answer
    for order in ((old, new), (new, old)):
        known = KnownRevocations()
        for each in order:
            known.note(("key", 1), each)
        assert known.find(("key", 1)) is new


@pytest.mark.parametrize("reason", COULD_NOT_CHECK)
def test_what_could_not_be_checked_is_no_revocation(reason: str) -> None:
    """It is not remembered: the good status after it stands."""
    source = Says(reason)
    method = Remembering(source, KnownRevocations())
    assert of(method).reason == reason
    source.answer = Says("OK", 2 * HOUR).answer
    assert of(method).reason == "OK"


def test_source_without_words_leaves_the_other_its_own() -> None:
    """A finding is optional (`status.Status`): what one source said is said, whichever it was."""
    silent, speaking = Says("STATUS_UNAVAILABLE"), Says("STATUS_UNAVAILABLE")
    silent.answer = Status(Reason.STATUS_UNAVAILABLE)
    for sources in ((silent, speaking), (speaking, silent)):
        assert of(FallBack(*sources)).finding == speaking.answer.finding


@pytest.mark.parametrize(
    ("revoked_age", "good_age", "expected"),
    [
        (HOUR, 2 * HOUR, "REVOKED"),
        (HOUR, HOUR, "REVOKED"),
        (HOUR, HOUR - timedelta(seconds=1), "OK"),
        (HOUR, None, "REVOKED"),
        (None, HOUR, "REVOKED"),
    ],
    ids=["older", "as-old", "newer", "good-of-no-time", "revoked-of-no-time"],
)
def test_revoked_is_not_made_good_by_what_is_no_newer(
    revoked_age: timedelta | None, good_age: timedelta | None, expected: str
) -> None:
    """A retry, or the list of the day before when the responder is away: revoked stays (RP-OCSP-013)."""
    known = KnownRevocations()
    assert of(Remembering(Says("REVOKED", revoked_age), known)).reason == "REVOKED"
    assert of(Remembering(Says("OK", good_age), known)).reason == expected
    known.forget()
    assert of(Remembering(Says("OK", good_age), known)).reason == "OK"


def test_stale_revocation_is_remembered_too() -> None:
    """Known from a genuine signer, too late to be used: an older list does not make it good."""
    known = KnownRevocations()
    of(Remembering(Says("STATUS_STALE", HOUR, final=True), known))
    assert of(Remembering(Says("OK", 2 * HOUR), known)).reason == "STATUS_STALE"


def test_what_is_remembered_is_bounded_and_the_newest() -> None:
    """So many certificates and no more; an older revocation does not replace a newer one."""
    known = KnownRevocations(capacity=10)
    old, new = Says("ON_HOLD", 3 * HOUR).answer, Says("REVOKED", HOUR).answer
    for serial in range(100):
        known.note(("key", serial), new)
        known.note(("key", serial), old)
    assert len(known) == 10
    assert known.find(("key", 99)) == new
    assert known.find(("key", 0)) is None


def test_kind_without_a_method_is_unavailable() -> None:
    """Each kind by its own method; one that has none is not good."""
    sign = read_authority(CertificateKind.SIGN, pki.der(pki.authority("sign", "sign-ca")))
    methods = ByKind({CertificateKind.AUTH: Says("OK")})
    assert of(methods).reason == "OK"
    assert of(methods, sign).reason == "STATUS_UNAVAILABLE"


def no_way(question: Question) -> bytes:
    """Nobody answers."""
    raise StatusUnreachable(f"no way to {question.address}")


AWAY = "http://ocsp.test/"


class Shelf:
    """Lists that say what they are told, and what they were asked for."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.asked: list[tuple[timedelta | None, bool]] = []

    def forget(self) -> None:
        """There is nothing to forget."""

    def method(self, configuration: Configuration, maximum_age: timedelta | None, *, is_offline: bool) -> Revocation:
        """The answer; by lists that stay here something else."""
        assert configuration.responders == {CertificateKind.AUTH: AWAY}
        self.asked.append((maximum_age, is_offline))
        return Says("STATUS_STALE" if is_offline else self.reason)


CONFIGURED = Configuration(responders={CertificateKind.AUTH: AWAY})


@pytest.mark.parametrize(
    ("method", "lists", "expected"),
    [
        (Method.OCSP, "OK", "STATUS_UNAVAILABLE"),
        (Method.CRL, "OK", "OK"),
        (Method.OCSP_THEN_CRL, "OK", "OK"),
        (Method.OCSP_THEN_CRL, "REVOKED", "REVOKED"),
        (Method.OCSP_THEN_CRL, "STATUS_STALE", "STATUS_UNAVAILABLE"),
        (Method.OFFLINE_CRL, "OK", "STATUS_STALE"),
    ],
)
def test_the_four_methods_when_the_responder_is_away(method: Method, lists: str, expected: str) -> None:
    """OCSP alone cannot say; lists can; and offline they are others, with the declared maximum age."""
    shelf = Shelf(lists)
    policy = StatusPolicy(methods={"": method}, offline_maximum_age=3 * HOUR)
    methods = StatusMethods(StatusSources(no_way, shelf, policy), CONFIGURED, bytes, KnownRevocations())
    inquiry = policy.inquiry("library", CertificateKind.AUTH)
    assert methods.by(inquiry).status(CERTIFICATE, AUTHORITY, pki.NOW).reason == expected
    is_offline = method is Method.OFFLINE_CRL
    assert shelf.asked == ([] if method is Method.OCSP else [(3 * HOUR if is_offline else None, is_offline)])


@pytest.mark.parametrize(
    ("inquiry", "asked"),
    [
        (Inquiry(Method.CRL, 5 * HOUR), [(5 * HOUR, False)]),
        (Inquiry(Method.OCSP_THEN_CRL, HOUR, 7 * HOUR), [(7 * HOUR, False)]),
        (Inquiry(Method.OFFLINE_CRL, 48 * HOUR), [(48 * HOUR, True)]),
    ],
)
def test_lists_are_asked_for_with_the_declared_age(inquiry: Inquiry, asked: list[tuple[timedelta, bool]]) -> None:
    """The maximum age of what stands first, or of the list that stands in for the responder."""
    shelf = Shelf("OK")
    StatusMethods(StatusSources(no_way, shelf), CONFIGURED, bytes, KnownRevocations()).by(inquiry)
    assert shelf.asked == asked


def test_platform_is_asked_in_place_of_the_authority() -> None:
    """Whoever is connected under the name that the policy gives; its revocations are remembered as any."""
    platform = Says("REVOKED", name="ocsp")
    sources = StatusSources(no_way, platforms={"regional-platform": platform})
    method = StatusMethods(sources, CONFIGURED, bytes, KnownRevocations())
    inquiry = Inquiry(Method.OCSP, platform="regional-platform")
    assert method.by(inquiry).status(CERTIFICATE, AUTHORITY, pki.NOW).reason == "REVOKED"
    platform.answer = Status(Reason.OK, platform.answer.source)
    assert method.by(inquiry).status(CERTIFICATE, AUTHORITY, pki.NOW).reason == "REVOKED"
    assert platform.asked == 2


@pytest.mark.parametrize("method", Method)
def test_without_lists_no_method_finds_anything_good(method: Method) -> None:
    """A relying party that was given no lists, and whose responder is away: STATUS_UNAVAILABLE by each method."""
    sources = StatusSources(no_way, policy=StatusPolicy(methods={"": method}))
    methods = StatusMethods(sources, CONFIGURED, bytes, KnownRevocations())
    status = methods.by(sources.policy.inquiry("library", CertificateKind.AUTH)).status(CERTIFICATE, AUTHORITY, pki.NOW)
    assert status.reason == "STATUS_UNAVAILABLE"


def test_the_more_particular_choice_decides() -> None:
    """Service and kind before kind, kind before all; OCSP where nothing was said."""
    policy = StatusPolicy(methods={"": Method.CRL, "sign": Method.OCSP_THEN_CRL, "archive/auth": Method.OFFLINE_CRL})
    auth, sign = CertificateKind.AUTH, CertificateKind.SIGN
    chosen = [
        policy.method(*each) for each in (("library", auth), ("library", sign), ("archive", auth), ("archive", sign))
    ]
    assert chosen == ["crl", "ocsp-then-crl", "offline-crl", "ocsp-then-crl"]
    assert StatusPolicy().method("library", auth) == "ocsp"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ocsp", ("", Method.OCSP)),
        ("sign=ocsp-then-crl", ("sign", Method.OCSP_THEN_CRL)),
        ("library/auth=crl", ("library/auth", Method.CRL)),
        ("a/b=c/auth=offline-crl", ("a/b=c/auth", Method.OFFLINE_CRL)),
    ],
)
def test_method_on_the_command_line(text: str, expected: tuple[str, Method]) -> None:
    """For all, for a kind, for a kind at a service."""
    assert read_method(text) == expected


@pytest.mark.parametrize("text", ["", "none", "OCSP", "auth=", "library=crl", "=crl/", "auth/crl"])
def test_what_is_no_method_is_refused(text: str) -> None:
    """Both sides are named."""
    with pytest.raises(UnusableMethod, match=r"expected .*found "):
        read_method(text)


def test_relying_party_remembers_until_it_is_reset(enrolled: World) -> None:
    """Revoked, then good of the same time: REVOKED; after `configure` too; after `reset` it is a stranger again."""
    enrolled.responder.set(status=REVOKED)
    assert enrolled.attempt("login")["reason"] == "REVOKED"
    enrolled.responder.set(status=GOOD)
    assert enrolled.attempt("login")["reason"] == "REVOKED"
    enrolled.party.configure(enrolled.party._configuration)
    assert enrolled.attempt("login")["reason"] == "REVOKED"
    enrolled.post("reset", {})
    assert enrolled.attempt("login")["reason"] == "NOT_ENROLLED"


def test_empty_configuration_finds_nothing_good() -> None:
    """Before anything was configured nobody is asked, and nothing is good."""
    methods = StatusMethods(StatusSources(lambda _: a.answer()), Configuration(), bytes, KnownRevocations())
    status = methods.by(Inquiry(Method.OCSP)).status(CERTIFICATE, AUTHORITY, pki.NOW)
    assert status.reason == "STATUS_UNAVAILABLE"

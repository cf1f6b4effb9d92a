"""Who is recognised by what a link service says: one account, a stranger, or an answer that is refused and audited."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import msgspec
import pytest

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Recognised, Tie, Unfamiliar
from reference_impl.accounts.links import LinkAnswer, Linked, NoLink
from reference_impl.accounts.recognition import Presenting, Recognition
from reference_impl.accounts.serial_status import SerialStatuses
from reference_impl.audit.checks import Check
from reference_impl.backends.backend import Errand
from reference_impl.store.database import Database
from reference_impl.verification.ocsp_settings import Question, Responders
from reference_impl.verification.purpose import Carrier, Purpose
from reference_impl.verification.verdict import HolderKey, Reason, Refusal, Verdict
from tests.reference_impl.accounts import told
from tests.reference_impl.accounts.folk import chip, enrol, holder, renewal
from tests.reference_impl.accounts.told import AS_OF, NOW, PHONE, SIGN, ToldLinks
from tests.reference_impl.verifying import trust

ISSUER = trust("auth-ca").authorities[0]
OTHER = trust("auth-ca-2").authorities[0]


def nobody_asks(_: Question) -> bytes:
    """No status is asked for where links decide."""
    raise AssertionError("a status question")


@dataclass
class Bench:
    """Accounts, what the link service says, and who is recognised by it."""

    accounts: Accounts
    links: ToldLinks
    recognition: Recognition

    def of(self, serial: int, carrier: Carrier = Carrier.CARD) -> Recognised | Unfamiliar | None:
        """Whose certificate this is."""
        return self.recognition.of(presenting(mine(serial), carrier))

    def says(self, serial: int, previous: tuple[int, ...], **changes: object) -> None:
        """What the link service says of a certificate that is in force."""
        known = {"asked": certificate(serial), "current": certificate(serial)}
        right = LinkAnswer(AS_OF, certificate(serial), certificate(serial), tuple(map(certificate, previous)), ())
        self.links.answers[f"{serial:x}"] = msgspec.structs.replace(right, **{**known, **changes})

    def enrol(self, serial: int, carrier: Carrier = Carrier.CARD) -> str:
        """The account of a certificate of the pinned issuer."""
        return enrol_with(self.accounts, serial, carrier)


def presenting(whose: HolderKey, carrier: Carrier = Carrier.CARD) -> Presenting:
    """Somebody with a certificate at the counter."""
    return Presenting(whose, b"octets", Check(NOW, "counter-1", "library", Purpose.TAP), carrier)


def mine(serial: int) -> HolderKey:
    """A certificate of the pinned issuer."""
    return holder(serial, ISSUER.issuer_key)


def enrol_with(accounts: Accounts, serial: int, carrier: Carrier) -> str:
    """Enrols it at the library."""
    return enrol(accounts, serial, carrier=carrier, issuer=ISSUER.issuer_key)


def certificate(serial: int, key_id: bytes = ISSUER.key_identifier) -> Linked:
    """The same as a link answer has it."""
    return told.linked(serial, key_id=key_id)


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A relying party that pins two generations; account 1 is enrolled with certificate 1."""
    with closing(Database()) as database:
        accounts, links = Accounts(database), ToldLinks()
        pinned = trust("auth-ca", "auth-ca-2", "sign-ca")
        statuses = SerialStatuses(pinned, Responders({}), nobody_asks, bytes)
        made = Bench(accounts, links, Recognition(accounts, pinned, statuses, links))
        yield made


def test_a_predecessor_leads_to_its_account(bench: Bench) -> None:
    """Also over certificates in between that were never shown here."""
    account = bench.enrol(1)
    bench.says(3, (1, 2))
    found = bench.of(3)
    assert found == Recognised(account, Tie.LINK, AS_OF, mine(1))
    (asked,) = bench.links.asked
    assert (asked.issuer_key_id, asked.serial) == (ISSUER.key_identifier, "3")


def test_nobody_known_is_a_stranger(bench: Bench) -> None:
    """Whether the line is empty or of numbers we never saw."""
    bench.enrol(1)
    bench.says(3, (2,))
    bench.says(4, ())
    assert [bench.of(each) for each in (3, 4)] == [Unfamiliar(AS_OF, None)] * 2


def test_the_same_number_of_another_issuer_is_a_stranger(bench: Bench) -> None:
    """A predecessor is a number under an issuer; the enrolled number under another generation is somebody else."""
    bench.enrol(1)
    bench.links.answers["3"] = LinkAnswer(
        AS_OF, certificate(3), certificate(3), (certificate(1, OTHER.key_identifier),), ()
    )
    assert isinstance(bench.of(3), Unfamiliar)
    bench.links.answers["4"] = LinkAnswer(AS_OF, certificate(4), certificate(4), (certificate(1, b"?" * 20),), ())
    assert isinstance(bench.of(4), Unfamiliar)


def test_the_next_generation_of_the_issuer_leads_back(bench: Bench) -> None:
    """A renewal over a roll-over: the new certificate's issuer is another key, its predecessor's the enrolled one."""
    account = bench.enrol(1)
    new = told.linked(3, key_id=OTHER.key_identifier)
    bench.links.answers["3"] = LinkAnswer(AS_OF, new, new, (certificate(1),), ())
    found = bench.recognition.of(presenting(holder(3, OTHER.issuer_key)))
    assert isinstance(found, Recognised)
    assert found.account == account


def test_the_pair_comes_along(bench: Bench) -> None:
    """The signature certificate of the same carrier, under its own authority."""
    sign = trust("sign-ca").authorities[0]
    paired = told.linked(9, SIGN, key_id=sign.key_identifier)
    bench.says(3, (), counterparts=(paired,))
    found = bench.of(3)
    assert found is not None
    assert found.paired is not None
    assert (found.paired.number, found.paired.ends) == (holder(9, sign.issuer_key), paired.not_after)


def test_a_phone_joins_the_account_of_its_card(bench: Bench) -> None:
    """The counterpart on the other carrier is enrolled: one person, nothing is superseded."""
    account = bench.enrol(1)
    phone = told.linked(8, carrier=PHONE, key_id=ISSUER.key_identifier)
    bench.links.answers["8"] = LinkAnswer(AS_OF, phone, phone, (), (certificate(1),))
    assert bench.of(8, Carrier.PHONE) == Recognised(account, Tie.LINK, AS_OF, None)


def refused(bench: Bench, serial: int, carrier: Carrier = Carrier.CARD) -> tuple[str, str]:
    """The reason and the English words of a refusal."""
    with pytest.raises(Refusal) as refusal:
        bench.of(serial, carrier)
    return refusal.value.reason.value, refusal.value.finding.en


def test_predecessors_of_two_accounts_are_refused(bench: Bench) -> None:
    """A line that leads to two persons is nobody's."""
    bench.enrol(1)
    bench.enrol(2)
    bench.says(3, (1, 2))
    reason, words = refused(bench, 3)
    assert (reason, "certificates of one account" in words) == ("NOT_ENROLLED", True)


def test_an_account_that_has_moved_on_is_refused(bench: Bench) -> None:
    """The line names the old certificate, but not the one that the account leads to by now."""
    account = bench.enrol(1)
    attempt = msgspec.structs.replace(
        renewal(account, 1, 2), holder=mine(2), recognised=Recognised(account, Tie.LINK, AS_OF, mine(1))
    )
    assert bench.accounts.relink(attempt) is None
    bench.says(3, (1,))
    reason, words = refused(bench, 3)
    assert (reason, "present certificate" in words) == ("NOT_ENROLLED", True)
    bench.says(4, (1, 2))
    assert isinstance(bench.of(4), Recognised)


def test_an_older_mark_than_the_last_is_refused(bench: Bench) -> None:
    """What the service said later stands."""
    account = bench.enrol(1)
    later = Recognised(account, Tie.LINK, NOW, mine(1))
    assert (
        bench.accounts.relink(msgspec.structs.replace(renewal(account, 1, 2), holder=mine(2), recognised=later)) is None
    )
    bench.says(3, (1, 2))
    reason, words = refused(bench, 3)
    assert (reason, "a mark not before" in words) == ("NOT_ENROLLED", True)


def test_a_phone_whose_card_has_another_phone_is_refused(bench: Bench) -> None:
    """The account's phone is not among the predecessors of this one."""
    bench.enrol(1)
    first = told.linked(8, carrier=PHONE, key_id=ISSUER.key_identifier)
    bench.links.answers["8"] = LinkAnswer(AS_OF, first, first, (), (certificate(1),))
    found = bench.of(8, Carrier.PHONE)
    assert isinstance(found, Recognised)
    login = msgspec.structs.replace(
        renewal(found.account, 1, 8), holder=mine(8), carrier=Carrier.PHONE, recognised=found
    )
    assert bench.accounts.count_accepted(login) is None
    second = told.linked(11, carrier=PHONE, key_id=ISSUER.key_identifier)
    bench.links.answers["b"] = LinkAnswer(AS_OF, second, second, (), (certificate(1),))
    assert refused(bench, 11, Carrier.PHONE)[0] == "NOT_ENROLLED"


@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "not-issued-yet"])
def test_who_cannot_be_told_is_neither(bench: Bench, is_gone: bool) -> None:  # noqa: FBT001
    """No answer, and a number that is not known yet, make nobody a stranger: pending."""
    bench.links.is_gone = is_gone
    assert refused(bench, 3)[0] == "RENEWAL_PENDING"


def test_a_certificate_that_is_over_is_left_to_its_status(bench: Bench) -> None:
    """409: none in force; a successor in force: replaced."""
    bench.links.answers["3"] = NoLink.NONE_IN_FORCE
    assert bench.of(3) is None
    bench.says(4, (), current=certificate(5))
    assert refused(bench, 4)[0] == "REVOKED"


def test_an_unpinned_issuer_is_not_asked_about(bench: Bench) -> None:
    """Whoever is nobody's is no question for the link service."""
    assert bench.recognition.of(presenting(HolderKey("free-area:f0", "01"))) is None
    assert bench.links.asked == []


def test_birth_date_and_service_do_not_recognise(bench: Bench) -> None:
    """A holder of the same birth date with a chip of their own enrols as somebody else."""
    first = bench.enrol(1)
    assert enrol(bench.accounts, 5, record=chip(77), issuer=ISSUER.issuer_key) != first


@dataclass
class Platform:
    """A back end that says which names a holder had before, or why it cannot."""

    says: tuple[HolderKey, ...] | Verdict
    asked: list[tuple[bytes, Check]] = field(default_factory=list)

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """What it was told to say."""
        self.asked.append((certificate, why))
        return self.says


def by_platform(bench: Bench, says: tuple[HolderKey, ...] | Verdict) -> tuple[Recognition, Platform]:
    """Recognition where a platform is asked and no link service is."""
    platform = Platform(says)
    statuses = SerialStatuses(trust("auth-ca"), Responders({}), nobody_asks, bytes)
    return Recognition(bench.accounts, trust("auth-ca"), statuses, None, platform), platform


def test_a_platform_says_who_it_was_before(bench: Bench) -> None:
    """By the names it gave: the certificate goes there for the purpose of a renewal and for no other."""
    first = HolderKey("ppid:pf-1", "a")
    account = enrol(bench.accounts, 10, issuer="ppid:pf-1")
    assert first == holder(10, "ppid:pf-1")
    recognition, platform = by_platform(bench, (first,))
    found = recognition.of(presenting(HolderKey("ppid:pf-1", "b")))
    assert found == Recognised(account, Tie.LINK, NOW, first)
    assert [(octets, why.purpose) for octets, why in platform.asked] == [(b"octets", Errand.RENEWAL)]


def test_a_platform_that_names_two_persons_is_refused(bench: Bench) -> None:
    """As a link service is; and who is named nowhere is a stranger."""
    enrol(bench.accounts, 10, issuer="ppid:pf-1")
    enrol(bench.accounts, 11, issuer="ppid:pf-1")
    recognition, _ = by_platform(bench, (holder(10, "ppid:pf-1"), holder(11, "ppid:pf-1")))
    with pytest.raises(Refusal, match="NOT_ENROLLED"):
        recognition.of(presenting(holder(12, "ppid:pf-1")))
    recognition, _ = by_platform(bench, (holder(13, "ppid:pf-1"),))
    assert recognition.of(presenting(holder(12, "ppid:pf-1"))) is None


def test_a_platform_that_cannot_say_makes_nobody_a_stranger(bench: Bench) -> None:
    """Out of reach: pending. Not allowed to say: then there is no link, as without a platform."""
    recognition, _ = by_platform(bench, Verdict(Reason.STATUS_UNAVAILABLE, ()))
    with pytest.raises(Refusal, match="RENEWAL_PENDING"):
        recognition.of(presenting(holder(12, "ppid:pf-1")))
    recognition, _ = by_platform(bench, Verdict(Reason.POLICY, ()))
    assert recognition.of(presenting(holder(12, "ppid:pf-1"))) is None

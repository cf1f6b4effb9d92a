"""Whose is a certificate that leads to no account? No renewed one is taken for a stranger's, none of a stranger for it.

With a link service its answer decides, and nothing else does (`linkage`); a platform's word for who its holder was
before (`Backend.former`) is taken in the same way, but for the marks, which it does not tell:

    a predecessor leads to one account, whose present certificate it is     → that account
    a counterpart on another carrier does (card and phone of one person)    → that account
    predecessors lead to two accounts, or to one that has moved on          → refused: the answer does not fit
    none leads anywhere                                                     → a stranger
    no answer                                                               → neither: RENEWAL_PENDING

Without one there is the fresh proof, for a holder who says so (`relink`) and where staff look on. All of it:

    the PIN of the new certificate, and the enrolled chip over our challenge (the core: steps (7) and (8))
    the enrolled birth date (step (8)); by itself it proves nothing, one in about 20,000 has it
    the enrolled certificate is over: expired, or revoked as superseded; one on hold may be in a thief's hands, who
    waits until it expires: so it must not have been revoked or on hold before, as far as anybody knows
    the new one was issued after the old one was enrolled, and no earlier than a day before it was over

Chip and certificate do not prove that they are one card's: somebody with a stolen card and a new one of their own might
show the one's chip with the other's certificate. So it takes a counter whose staff see that one card is presented, and
a stolen card whose holder let its certificates be renewed or lapse without enrolling them. Else: not linked.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Paired, Recognised, Tie, Unfamiliar
from reference_impl.accounts.findings import (
    link_refused,
    links_unreachable,
    not_tied,
    replaced,
    status_of_old_unknown,
    too_new,
)
from reference_impl.accounts.linkage import Lineage, LinkRefused, NotCurrent, read_lineage
from reference_impl.accounts.links import LinkAnswer, LinksRefused, LinksUnreachable, Named, NoLink
from reference_impl.accounts.rows import Credential
from reference_impl.accounts.serial_status import Numbers
from reference_impl.audit.checks import Check
from reference_impl.backends.backend import Errand
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.trust import Trust
from reference_impl.verification.verdict import Decision, HolderKey, Reason, Verdict

REISSUED_WITHIN: Final = timedelta(days=1)
"""The new certificate is issued when the old one is revoked, at the same counter. Our choice."""


class Shown(msgspec.Struct, frozen=True):
    """What the holder of a renewed certificate shows besides: the core has proved it, or will refuse."""

    record: BirthRecord
    not_before: datetime
    environment: Environment


class Presenting(msgspec.Struct, frozen=True):
    """Who presents what: the name that the certificate has here, its octets, and for whom it is asked."""

    holder: HolderKey
    certificate: bytes
    why: Check
    carrier: Carrier = Carrier.CARD
    shown: Shown | None = None


class AskedLinks(Protocol):
    """A link service that is asked on record (`backends.linking`)."""

    def resolve(self, asked: Named, why: Check) -> LinkAnswer | NoLink:
        """What belongs to this certificate; LinksUnreachable, or LinksRefused."""


class Former(Protocol):
    """A back end that knows the names a certificate's holder had before it (`backends.backend`)."""

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """These names, newest first; or why they cannot be said."""


class Recognition:
    """The accounts, and who may know of a certificate that leads to none."""

    def __init__(
        self,
        accounts: Accounts,
        trust: Trust,
        statuses: Numbers,
        links: AskedLinks | None = None,
        former: Former | None = None,
    ) -> None:
        self._accounts = accounts
        self._statuses = statuses
        self._links = links
        self._former = former
        self._issuers = {each.issuer_key: each for each in trust.generations(CertificateKind.AUTH)}
        self._by_identifier = {(each.kind, each.key_identifier): each.issuer_key for each in trust.authorities}

    def of(self, presenting: Presenting) -> Recognised | Unfamiliar | None:
        """The account that a certificate belongs to though it does not lead there; `Refusal` where that is open."""
        issuer = self._issuers.get(presenting.holder.issuer_key)
        if self._links is not None and issuer is not None:
            asked = Named(CertificateKind.AUTH, issuer.key_identifier, presenting.holder.serial)
            return self._ask_links(self._links, asked, presenting)
        if self._former is not None:
            return self._ask_former(self._former, presenting)
        return None if presenting.shown is None else self._by_chip(presenting.shown, presenting.why.at)

    def pair(self, holder: HolderKey, why: Check) -> Paired | None:
        """The signature certificate in force beside an account's certificate; None where nobody says."""
        issuer = self._issuers.get(holder.issuer_key)
        if self._links is None or issuer is None:
            return None
        asked = Named(CertificateKind.AUTH, issuer.key_identifier, holder.serial)
        try:
            answer = self._links.resolve(asked, why)
            return None if isinstance(answer, NoLink) else self._pair(read_lineage(answer, asked, Carrier.CARD, why.at))
        except (LinksUnreachable, LinksRefused, LinkRefused, NotCurrent):
            return None

    def _ask_links(self, links: AskedLinks, asked: Named, presenting: Presenting) -> Recognised | Unfamiliar | None:
        try:
            answer = links.resolve(asked, presenting.why)
        except LinksRefused:
            return None
        except LinksUnreachable as error:
            raise links_unreachable(str(error)) from error
        if answer is NoLink.NONE_IN_FORCE:
            return None
        if isinstance(answer, NoLink):
            raise too_new()
        try:
            return self._by_link(read_lineage(answer, asked, presenting.carrier, presenting.why.at))
        except LinkRefused as error:
            raise link_refused(str(error)) from error
        except NotCurrent as error:
            raise replaced() from error

    def _ask_former(self, former: Former, presenting: Presenting) -> Recognised | None:
        why = msgspec.structs.replace(presenting.why, purpose=Errand.RENEWAL)
        names = former.former(presenting.certificate, why)
        if isinstance(names, Verdict):
            if names.decision is Decision.RETRY:
                raise links_unreachable(names.reason.value)
            return None
        known = self._accounts.known(names)
        if not known:
            return None
        try:
            account, present = self._one_account(known, presenting.carrier, set(names))
        except LinkRefused as error:
            raise link_refused(str(error)) from error
        return Recognised(account, Tie.LINK, presenting.why.at, present)

    def _by_link(self, lineage: Lineage) -> Recognised | Unfamiliar:
        before = self._accounts.known(self._keys(lineage.predecessors))
        if before:
            return self._follow(lineage, before)
        elsewhere = [each for each in self._accounts.known(self._keys(lineage.elsewhere)) if each.is_current]
        if not elsewhere:
            return Unfamiliar(lineage.as_of, self._pair(lineage))
        return self._follow(lineage, elsewhere)

    def _follow(self, lineage: Lineage, known: list[Credential]) -> Recognised:
        account, present = self._one_account(known, lineage.carrier, set(self._keys(lineage.predecessors)))
        if (newest := self._accounts.linked_as_of(account)) is not None and lineage.as_of < newest:
            raise LinkRefused("time", f"a mark not before {newest.isoformat()}", lineage.as_of.isoformat())
        return Recognised(account, Tie.LINK, lineage.as_of, present, self._pair(lineage))

    def _one_account(
        self, known: list[Credential], carrier: Carrier, predecessors: set[HolderKey]
    ) -> tuple[str, HolderKey | None]:
        """One account, and its present certificate on this carrier, which is among the predecessors if there is one."""
        owners = {each.account for each in known}
        if len(owners) != 1:
            raise LinkRefused("account", "certificates of one account", f"of {len(owners)}")
        (account,) = owners
        line = self._accounts.line(account)
        present = [each.holder for each in line if each.is_current and each.carrier is carrier]
        if not set(present) <= predecessors:
            raise LinkRefused("account", "the account's present certificate among the predecessors", "others alone")
        return account, present[0] if present else None

    def _by_chip(self, shown: Shown, now: datetime) -> Recognised:
        """The fresh proof; `Refusal` where a part of it is missing."""
        account = self._accounts.of_chip(shown.record.chip_key)
        line = [] if account is None else self._accounts.line(account)
        present = [each for each in line if each.is_current and each.carrier is Carrier.CARD]
        if account is None or not present:
            raise not_tied("このカードは登録されていません", "this chip was never enrolled")
        if shown.environment is not Environment.ATTENDED:
            raise not_tied("職員のいる窓口で行ってください", "this takes a counter where staff look on")
        old = present[0]
        over_at = self._over_at(old, now)
        if shown.not_before.timestamp() < max(old.since, (over_at - REISSUED_WITHIN).timestamp()):
            raise not_tied(
                "更新後の電子証明書ではありません", "the certificate was not issued when the old one was renewed"
            )
        return Recognised(account, Tie.CHIP, now, old.holder)

    def _over_at(self, old: Credential, now: datetime) -> datetime:
        """Since when the enrolled certificate is over, by renewal or by its date."""
        status = self._statuses.of(old.holder, now)
        if status.reason is Reason.REVOKED and status.why == "superseded" and status.revoked_at is not None:
            return status.revoked_at
        was_stopped = old.ended_at is not None or status.reason in {Reason.REVOKED, Reason.ON_HOLD}
        if old.ends is not None and old.ends < now.timestamp() and not was_stopped:
            return datetime.fromtimestamp(old.since, UTC)  # renewed before it lapsed, or after: both are renewals
        if status.reason in {Reason.OK, Reason.REVOKED, Reason.ON_HOLD}:
            raise not_tied("以前の電子証明書が更新されていません", "the enrolled certificate was not renewed")
        raise status_of_old_unknown()

    def _pair(self, lineage: Lineage) -> Paired | None:
        number = None if lineage.paired is None else self._key(lineage.paired.named)
        return None if lineage.paired is None or number is None else Paired(number, lineage.paired.not_after)

    def _keys(self, named: tuple[Named, ...]) -> list[HolderKey]:
        """The numbers of certificates under pinned generations; under another no account can have been opened."""
        return [found for each in named if (found := self._key(each)) is not None]

    def _key(self, named: Named) -> HolderKey | None:
        issuer_key = self._by_identifier.get((named.kind, named.issuer_key_id))
        return None if issuer_key is None else HolderKey(issuer_key, named.serial)

"""The relying party of a process, put together from its settings and taken apart again, whatever happens between."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

from reference_impl.accounts.link_client import LinkClient
from reference_impl.audit.checks import Audit, open_audit
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.storage import read_place
from reference_impl.backends.opening import BackEnds, open_backend
from reference_impl.backends.options import OptionsRefused, load_options
from reference_impl.backends.rules import RulesBroken
from reference_impl.backends.sealed import KeyUnusable
from reference_impl.clock import Clock
from reference_impl.fresh_lists import Lists
from reference_impl.messages import BrokenMessage
from reference_impl.refresher import Refresher
from reference_impl.relying_party import RelyingParty
from reference_impl.services.faults import PoliciesRefused
from reference_impl.services.policy import Policy
from reference_impl.services.starting import Opened, Options, open_services
from reference_impl.settings import CannotBegin, Settings
from reference_impl.status_client import StatusClient
from reference_impl.status_methods import StatusPolicy, StatusSources
from reference_impl.store.database import Database, StoreUnusable
from reference_impl.verification.ocsp_settings import Responder
from reference_impl.verification.purpose import PRODUCTION_POLICIES, TEST_POLICIES


@contextmanager
def assembled(settings: Settings) -> Iterator[RelyingParty]:
    """The relying party; CannotBegin says what it cannot be made of."""
    services = _services(settings)
    with ExitStack() as stack:
        try:
            database = stack.enter_context(closing(Database(settings.store)))
        except StoreUnusable as error:
            raise CannotBegin(f"{error}; give another by --store") from error
        try:
            audit = stack.enter_context(closing(_audit(settings)))
        except AuditUnusable as error:
            raise CannotBegin(f"{error}; give another by --audit or --audit-key") from error
        lists = stack.enter_context(closing(Lists(settings.lists)))
        responders = stack.enter_context(closing(StatusClient()))
        sources = StatusSources(responders.ask, lists, _status_policy(settings))
        back_ends = stack.enter_context(closing(_back_ends(settings, sources, services.policies)))
        _require_jlis_asked_by_those_who_may(settings, back_ends)
        links = (
            None if settings.link_service is None else stack.enter_context(closing(LinkClient(settings.link_service)))
        )
        party = RelyingParty(
            database,
            Clock(),
            sources,
            policies=PRODUCTION_POLICIES if settings.production_policies else TEST_POLICIES,
            production_anchors=settings.production_anchors,
            services=services,
            audit=audit,
            links=links,
            back_ends=back_ends,
        )
        _configure(party, settings)
        refresher = stack.enter_context(
            closing(Refresher(lists, lambda: party.clock.read().now, random.SystemRandom().random))
        )
        if settings.refresh_lists:
            refresher.start()
        yield party


def _back_ends(settings: Settings, sources: StatusSources, services: Sequence[Policy]) -> BackEnds:
    try:
        options = None if settings.back_end is None else load_options(settings.back_end)
        return open_backend(options, sources, services)
    except (OptionsRefused, RulesBroken, KeyUnusable, OSError) as error:
        raise CannotBegin(f"--back-end {settings.back_end}: {error}") from error


def _configure(party: RelyingParty, settings: Settings) -> None:
    if settings.configure is None:
        return
    try:
        party.configure(party.read_configuration(settings.configure))
    except BrokenMessage as error:
        raise CannotBegin(f"--configuration: {error}: expected {error.broken.expected}") from error


def _services(settings: Settings) -> Opened:
    said = Options(methods=settings.status_methods, lists=settings.lists, municipality=settings.municipality)
    try:
        return open_services(settings.service_files, said)
    except (OSError, UnicodeDecodeError, PoliciesRefused) as error:
        raise CannotBegin(str(error)) from error


def _require_jlis_asked_by_those_who_may(settings: Settings, back_ends: BackEnds) -> None:
    """Its responders answer verifiers alone (公的個人認証法 arts. 17, 36), its linking service too (art. 18)."""
    role = back_ends.rules.role
    if role.asks_jlis:
        return
    if settings.configure is not None and settings.configure.status:
        ja = f"{role.ja}に機構の照会先（status）が設定されています。status を削除してください"
        en = f"{role.en} has addresses of J-LIS (status): remove status"
        raise CannotBegin(f"{ja} / {en} [ask-jlis, 公的個人認証法 art. 17(1), 17(5), 36(1)]")
    if settings.link_service is not None:
        ja = f"{role.ja}は機構の紐付けサービスに照会できません。--link-service を削除してください"
        en = f"{role.en} may not ask the linking service of J-LIS: remove --link-service"
        raise CannotBegin(f"{ja} / {en} [ask-jlis, 公的個人認証法 art. 18]")


def _audit(settings: Settings) -> Audit:
    """Beside the store, or where the settings say; in memory, under a key of this process's, without a store."""
    store = settings.store if isinstance(settings.store, Path) else None
    place = read_place(settings.audit) if settings.audit else store and store.with_name(f"{store.name}.audit")
    key = settings.audit_key or (store and store.with_name(f"{store.name}.audit-key"))
    if place is None and settings.store is not None:
        raise AuditUnusable("--audit: expected a file or postgresql://… beside a store on a server, actual none")
    if place is not None and key is None:
        raise AuditUnusable(
            "--audit-key: expected a key that outlives this process, actual neither --audit-key nor a file as --store"
        )
    return open_audit(place, key)


def _status_policy(settings: Settings) -> StatusPolicy:
    responder = Responder(address="", keep=timedelta(seconds=settings.status_keep))
    return StatusPolicy(methods=settings.status_methods, responder=responder)

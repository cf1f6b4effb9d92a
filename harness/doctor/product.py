"""The product: reached, configured, and reaching back. One enrolment of a synthetic resident shows all of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from harness.clock import host_now
from harness.contract import advice, messages
from harness.contract.advice import Advice
from harness.contract.check import Finding
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL, configuration
from harness.contract.faults import AdapterFault
from harness.contract.vocabulary import Capability, Decision, Environment, Purpose, Reason
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.home import key_pool
from harness.terminal.visitor import Visitor
from harness.world import World

SEED = 1
OLDER = timedelta(days=1)
"""The card was issued yesterday: OCSP and lists know it, whatever the time of day."""

REACHED = Advice(
    "製品を起動し、--target のアドレスかコマンドを直す",
    "start the product, or correct the address or command in --target",
)
CLOCK = Advice(
    "set_time を実装すると暦に関する項目も試験できる。なくても（shifted）試験は可能",
    "with set_time the cases about the calendar run too; without it the run is shifted to the host's time",
)
ANCHORS = Advice(
    "configure の authorities と card_issuers をトラストアンカーとして取り込む（kazashi trust export も参照）",
    "take authorities and card_issuers of configure as trust anchors (see also kazashi trust export)",
)
BACK = Advice(
    "製品から configure の status アドレスに届くようにする: ファイアウォール、プロキシ、コンテナーのネットワークを確認",
    "let the product reach the status addresses of configure: look at firewall, proxy, and a container's network",
)
ENROLS = Advice(
    "登録（enrol）が受理されない理由を outcome の reason と details で確認する",
    "see reason and details of the outcome for why an enrolment is not accepted",
)
ANCHOR_REASONS = (Reason.UNKNOWN_ISSUER, Reason.CARD_NOT_GENUINE, Reason.STATUS_UNTRUSTED)


@dataclass(frozen=True, slots=True)
class Preflight:
    """A world of one resident, who has had a card for a day, and where its J-LIS answers."""

    world: World
    visitor: Visitor
    configuration: messages.Configure


@contextmanager
def preflight_world() -> Iterator[Preflight]:
    """Yield a small world at the host's time, its doors open on loopback."""
    world = World.create(key_pool(), seed=SEED, start=host_now() - OLDER)
    try:
        visitor = Visitor.issue(world)
        world.clock.set(host_now().replace(microsecond=0))
        world.clock.run()
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            yield Preflight(world, visitor, configuration(world, door.addresses(served.url)))
    finally:
        world.close()


def check_product(client: RelyingPartyClient, preflight: Preflight) -> list[Finding]:
    """Return what was found, in order; it stops where nothing further could be said."""
    findings: list[Finding] = []

    def find(name: str, expected: str, ask: Callable[[], str], change: Advice) -> bool:
        try:
            findings.append(Finding(name, expected, ask(), change))
        except AdapterFault as fault:
            findings.append(Finding(name, expected, str(fault), change, held=False))
            return False
        return True

    capabilities: list[Capability] = []

    def hello() -> str:
        product = client.hello()
        capabilities.extend(product.capabilities)
        return f"{product.product} {product.version} at {client.where}"

    def configure() -> str:
        client.configure(preflight.configuration)
        client.reset()
        return "taken"

    if not find("product", "an answer to hello", hello, REACHED):
        return findings
    if not find("configuration", "taken", configure, advice.CONFIGURE):
        return findings
    mode = "controlled (set_time)" if Capability.SET_TIME in capabilities else "shifted (the host's time)"
    findings.append(Finding("clock mode", "controlled or shifted", mode, CLOCK))
    if Capability.SET_TIME in capabilities and not find("clock", "set", lambda: _set_clock(client, preflight), CLOCK):
        return findings
    if Capability.ENROL in capabilities:
        try:
            findings += _enrolment(client, preflight)
        except AdapterFault as fault:
            findings.append(Finding("enrolment", "an outcome", str(fault), ENROLS, held=False))
    return findings


def _set_clock(client: RelyingPartyClient, preflight: Preflight) -> str:
    clock = preflight.world.clock
    clock.freeze()
    now = clock.now().replace(microsecond=0)
    client.set_time(now.strftime("%Y-%m-%dT%H:%M:%SZ"), clock.epoch)
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _enrolment(client: RelyingPartyClient, preflight: Preflight) -> list[Finding]:
    """Enrol the resident: an anchor that is missing and a J-LIS that is out of reach show in different ways."""
    journal = preflight.world.journal
    mark = journal.mark()
    outcome = _enrol(client, preflight.visitor)
    asked = [entry for entry in journal.since(mark) if entry.serial == preflight.visitor.serials["auth"]]
    said = f"{outcome.decision.value} {outcome.reason.value}"
    trusted = outcome.reason not in ANCHOR_REASONS
    findings = [Finding("anchors", "imported", "imported" if trusted else said, ANCHORS, held=trusted)]
    if trusted:
        reached = f"{len(asked)} status questions reached the fake J-LIS"
        findings.append(Finding("the way back", "at least one status question", reached, BACK, held=bool(asked)))
        accepted = outcome.decision is Decision.ACCEPT
        findings.append(Finding("enrolment", "accept OK", said, ENROLS, held=accepted))
    return findings


def _enrol(client: RelyingPartyClient, visitor: Visitor) -> messages.Outcome:
    begun = client.begin(
        messages.Begin(
            purpose=Purpose.ENROL,
            service=SERVICE,
            environment=Environment.ATTENDED,
            terminal=TERMINAL,
            holder=messages.HolderHint(certificate=visitor.authentication_certificate),
        )
    )
    if begun.outcome is not msgspec.UNSET or begun.challenge is msgspec.UNSET or begun.session is msgspec.UNSET:
        raise AdapterFault(f"begin at {client.where}: expected a session for an enrolment, actual an outcome at once")
    with visitor.card_in_reader() as card:
        presentation = messages.Presentation(
            challenge=begun.challenge,
            certificate=card.authentication_certificate(),
            signature=card.sign_challenge(visitor.pin, begun.challenge),
            chip=card.prove_chip(visitor.birth_date, begun.challenge),
        )
    return client.complete(messages.Complete(session=begun.session, presentation=presentation))

"""A card for a folder: of the world that is up, or of a throw-away one; and what a relying party has to trust."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from cardsim.applications import next_generation
from cardsim.files import File
from cardsim.profile import Profile
from harness.clock import host_now
from harness.commands.words import read_instant
from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.control_messages import Card, LifeEventWanted, NewResident, WhichCard
from harness.doors.which_card import which_of
from harness.errors import ConfigurationError
from harness.home import home, key_pool
from harness.jlis.life_events import LifeEvent
from harness.jlis.practice import Practice
from harness.personalisation import with_free_area
from harness.presented import TOKENS, Form, present
from harness.printed_card import FirstPrint, WrittenChange
from harness.trust.material import material
from harness.world import World

ANCHORS = "anchors"
_NEXT_AUTHORITIES = {
    "next-auth-ca": next_generation.AUTH_CA_CERTIFICATE,
    "next-sign-ca": next_generation.SIGN_CA_CERTIFICATE,
}


@dataclass(frozen=True, slots=True)
class Made:
    """A card, whose it is, what is printed on it, and its anchors (DER) by the names of their files."""

    holder: str
    profile: Profile
    printed: FirstPrint | None
    anchors: Mapping[str, bytes]


def of_running_world(resident: str | None, which: WhichCard, *, free_area: bool) -> Made:
    """Return a card of the world that is up; of somebody new, who gets a phone where one is wanted."""
    with ControlClient(home()) as control:
        holder = resident or control.new_resident(NewResident()).resident.id
        if resident is None and which.form in TOKENS:
            control.befall(holder, LifeEventWanted(what=LifeEvent.PHONE_BOUND))
        card = control.card(holder, which)
        trusted = control.anchors()
    profile = msgspec.json.decode(msgspec.json.encode(card.profile), type=Profile)
    anchors = {
        **{authority.name: authority.der for authority in material(trusted).authorities},
        **{f"card-issuer-{anchor.key_id.hex()}": anchor.key for anchor in trusted.card_issuers},
    }
    return _made(holder, profile, first_print_of(card), anchors, free_area=free_area)


def of_throw_away_world(seed: int, at: str | None, which: WhichCard, *, free_area: bool) -> Made:
    """Return a card of a world that nobody meets again."""
    if which.other is not msgspec.UNSET:
        raise ConfigurationError("--other: expected a world that is up; start one with `kazashi up`")
    start = host_now() if at is None else read_instant(at)
    with closing(World.create(key_pool(), seed=seed, start=start, practice=Practice(free_area=free_area))) as world:
        holder = world.new_resident(with_card=True).id
        if which.form in TOKENS:
            world.happen(holder, LifeEvent.PHONE_BOUND)
        profile = present(world, holder, which_of(which))[0].profile
        printed = world.printed_on_card_of(holder) if which.form is Form.CARD else None
        trust = world.trust()
    anchors = {
        **{f"{kind}-ca": trust.authorities[kind] for kind in (Kind.AUTH.value, Kind.SIGN.value)},
        **{f"card-issuer-{key_id.hex()}": key for key_id, key in trust.card_issuers},
    }
    return _made(holder, profile, printed, anchors, free_area=free_area)


def save_anchors(anchors: Mapping[str, bytes], folder: Path) -> None:
    """Write authority certificates and card-issuer keys as PEM; a key's id stands in its name."""
    try:
        folder.mkdir(exist_ok=True)
        for name, der in anchors.items():
            (folder / f"{name}.pem").write_bytes(_pem(der))
    except OSError as fault:
        raise ConfigurationError(f"{folder}: expected a folder to write, actual {fault.strerror}") from fault


def _made(
    holder: str, profile: Profile, printed: FirstPrint | None, anchors: dict[str, bytes], *, free_area: bool
) -> Made:
    """The next card's authorities are none of the world's: they come from the card itself."""
    if free_area and profile.free_area is None:
        profile = with_free_area(profile, key_pool())
    application = profile.applications.get(next_generation.AUTHENTICATION_AID)
    if application is not None:
        files = {name: application.elements[fid] for name, fid in _NEXT_AUTHORITIES.items()}
        anchors |= {name: der_of(file.body) for name, file in files.items() if isinstance(file, File)}
    return Made(holder, profile, printed, anchors)


def der_of(body: bytes) -> bytes:
    """Return the certificate at the beginning of a file that is filled with zeros."""
    return body[: 4 + int.from_bytes(body[2:4], "big")]


def first_print_of(card: Card) -> FirstPrint | None:
    """Return what the world that is up says is printed on a card; None for what has no faces."""
    if card.printed is msgspec.UNSET:
        return None
    said = card.printed
    changes = tuple(WrittenChange(each.day, each.text) for each in said.changes)
    return FirstPrint(said.name, said.address, said.birth_date, said.sex, said.expiry, said.western_birth, changes)


def _pem(der: bytes) -> bytes:
    try:
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    except ValueError:
        return load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

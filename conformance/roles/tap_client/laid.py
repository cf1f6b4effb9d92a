"""The cards that are laid on the reader, made of one resident's genuine card and of another's."""

from dataclasses import dataclass
from datetime import date

import msgspec

from cardsim import adversarial
from cardsim.adversarial import WrongLength
from cardsim.applications import jpki
from cardsim.card import fresh_kept
from cardsim.files import Element, File
from cardsim.options import Options
from cardsim.pins import Pin, PinRecord
from cardsim.profile import Profile, Token
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from cardsim.store import MemoryStore
from cardsim.trace import Trace
from conformance.roles.tap_client.case import Laid
from conformance.roles.tap_client.disturbed import Gate
from harness.clock import host_now
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.residents import Resident
from harness.world import KEYS_PER_CARD, World

ATRS = {
    Laid.NEWER_CONTACT: "3BDA13FF8131FB468012392F31C173C601C03B",
    Laid.CONTACTLESS: "3B888001000005E0B381A1007F",
    Laid.UNKNOWN_ATR: "3B8180018080",
}
"""spec/card.md §1.1; the last one is of no My Number card that was seen."""
OLD_LABEL = b"JPKIAPICCTOKEN".ljust(32)
LONG = "試験県葵市" + "大字中央字本町通り" * 6 + "一丁目１番地"
HEARD = bytes(255) + b"\x01"
LENGTHS = {
    Laid.CERTIFICATE_CUT: WrongLength.CERTIFICATE_CUT,
    Laid.CERTIFICATE_BEYOND: WrongLength.CERTIFICATE_BEYOND_FILE,
    Laid.CERTIFICATE_EMPTY: WrongLength.CERTIFICATE_EMPTY,
    Laid.CERTIFICATE_ONE_MORE: WrongLength.CERTIFICATE_ONE_MORE,
    Laid.RECORD_BEYOND: WrongLength.RECORD_BEYOND_FILE,
}
EMPTY = (Laid.NONE, Laid.TWO)
"""Readers in which no card is to be seen."""
LEFT = {Laid.ONE_TRY: 1, Laid.BLOCKED: 0, Laid.BLOCKED_ISO: 0}


@dataclass(frozen=True, slots=True)
class OnReader:
    """A card, its trace, and what is true of it."""

    card: InsertedCard | None
    gate: Gate
    trace: Trace
    resident: Resident
    certificate: bytes
    birth_date: date


class Cards:
    """One genuine card, the one that replaces it, and what else is made of them."""

    def __init__(self, keys: KeyPool, *, seed: int) -> None:
        keys.prepare(5 * KEYS_PER_CARD)
        self._world = World.create(keys, seed=seed, start=host_now())
        first = self._world.new_resident()
        others = [self._world.new_resident(), self._world.new_resident(address=LONG)]
        self._issued: tuple[IssuedCard, ...] = tuple(self._world.issue_card(each.id) for each in (first, *others))
        bare = Options(certificate_file_size=1)
        self._exact = self._world.card_of(first.id, options=bare)
        iso = Options(blocked_attempt=StatusWord(0x6983))
        self._iso = self._world.card_of(first.id, options=iso)
        self._world.happen(first.id, LifeEvent.PHONE_BOUND)
        self._phones = {
            Laid.ANDROID: self._world.phone_of(first.id, Token.ANDROID),
            Laid.IPHONE: self._world.phone_of(first.id, Token.IPHONE),
        }
        self._world.move(first.id, first.municipality)
        self._moved = self._world.card_of(first.id)

    def close(self) -> None:
        """Give the world up."""
        self._world.close()

    def laid(self, which: Laid) -> OnReader:
        """Return a card that nobody touched since it came to be as it is."""
        issued, trace = self._of(which), Trace()
        gate = Gate(trace)
        facts = issued.resident, issued.auth_certificate, issued.resident.birth_date
        if which in EMPTY:
            return OnReader(None, gate, trace, *facts)
        profile = self._profile(which, issued)
        kept = fresh_kept(profile)
        if which in LEFT:
            pin = profile.applications[jpki.AID].elements[jpki.AUTH_PIN]
            if not isinstance(pin, Pin):
                raise TypeError("expected EF 0018 to be a PIN")
            record = PinRecord(kept.pins[pin.kept_as].value, LEFT[which])
            kept = msgspec.structs.replace(kept, pins={**kept.pins, pin.kept_as: record})
        return OnReader(InsertedCard(profile, MemoryStore(kept), gate), gate, trace, *facts)

    def _of(self, which: Laid) -> IssuedCard:
        others = {
            Laid.RENEWED: self._issued[1],
            Laid.LONG_ADDRESS: self._issued[2],
            Laid.EXACT_FILES: self._exact,
            Laid.BLOCKED_ISO: self._iso,
            Laid.MOVED: self._moved,
            **self._phones,
        }
        return others.get(which, self._issued[0])

    def _profile(self, which: Laid, issued: IssuedCard) -> Profile:
        profile = issued.profile
        if which in ATRS:
            return msgspec.structs.replace(profile, atr=bytes.fromhex(ATRS[which]))
        if which in LENGTHS:
            return adversarial.with_wrong_length(profile, LENGTHS[which])
        match which:
            case Laid.CLONED:
                profile = adversarial.cloned(profile, self._issued[2].profile)
            case Laid.REPLAYING:
                profile = adversarial.replaying(profile, HEARD)
            case Laid.STRANGER:
                profile = msgspec.structs.replace(profile, applications={})
            case Laid.RENEWED:
                genuine = self._issued[0].profile
                token = genuine.applications[jpki.AID].elements[jpki.TOKEN_INFO]
                profile = msgspec.structs.replace(_with(profile, token), serial=genuine.serial)
            case Laid.OLD_CARD:
                profile = _with(profile, _relabelled(profile))
        return profile


def _relabelled(profile: Profile) -> File:
    token = profile.applications[jpki.AID].elements[jpki.TOKEN_INFO]
    if not isinstance(token, File):
        raise TypeError("expected EF 0006 to be a file")
    return msgspec.structs.replace(token, body=OLD_LABEL + token.body[len(OLD_LABEL) :])


def _with(profile: Profile, element: Element) -> Profile:
    application = profile.applications[jpki.AID]
    changed = msgspec.structs.replace(application, elements={**application.elements, element.fid: element})
    return msgspec.structs.replace(profile, applications={**profile.applications, jpki.AID: changed})

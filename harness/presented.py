"""What somebody lays on a reader: their card, their phone, a card of the next generation, or one that is not genuine.

A card that is not genuine, and one of the next generation, bears the serial number of the genuine one with its own
word behind it (`0000000117440512-cloned`): so its tries are its own, a clone can lie beside its victim, and trace,
slots and `kazashi card show` say what it is. No file of the card has that word in it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from cardsim.options import Options
from cardsim.profile import Token
from harness.card_life import CardLife
from harness.card_options import read_options
from harness.chronicle import EventRefused
from harness.forgery import ImpossibleForgery, Variant, forged
from harness.personalisation import IssuedCard
from harness.world import World


class Form(StrEnum):
    """In which form somebody's certificates are at hand."""

    CARD = "card"
    """The plastic card."""
    ANDROID = "android"
    """The phone's pair in an Android phone; which kind a phone is, the register does not say (assumed)."""
    IPHONE = "iphone"
    """The phone's pair in an iPhone."""
    NEXT = "next"
    """The next-generation card. ASSUMED; its certificates are in no register."""


TOKENS = {Form.ANDROID: Token.ANDROID, Form.IPHONE: Token.IPHONE}
FORMS = {
    Form.CARD: ("マイナンバーカード", "the card"),
    Form.ANDROID: ("スマホ用電子証明書（Android）", "certificates of an Android phone"),
    Form.IPHONE: ("スマホ用電子証明書（iPhone）", "certificates of an iPhone"),
    Form.NEXT: ("次期カード（仮定）", "a card of the next generation: ASSUMED"),
}


@dataclass(frozen=True, slots=True)
class Which:
    """Which of somebody's cards is meant."""

    form: Form = Form.CARD
    variant: Variant | None = None
    """What is wrong with it; None for a genuine one."""
    other: str | None = None
    """For a clone or a splice: whose chip it is; by default somebody's whom the register does not know."""
    options: str = ""
    """Where nothing public tells what a card does: `name=value,…` for other than the defaults (`card_options`)."""


GENUINE = Which()


def present(world: World, resident_id: str, which: Which = GENUINE) -> tuple[IssuedCard, CardLife]:
    """Return what a resident lays on the reader, and what tells its life; EventRefused when there is no such thing."""
    if which.variant is None:
        if which.other is not None:
            raise EventRefused(f"resident {resident_id}: expected another's chip for a clone or a splice only")
        card = _genuine(world, resident_id, which.form, read_options(which.options))
    elif which.form is not Form.CARD:
        raise EventRefused(
            f"resident {resident_id}: {which.variant}: expected form card, actual {which.form}: what a forger makes of "
            "a phone or of the next card is not known"
        )
    else:
        card = _forged(world, resident_id, which.variant, which)
    return card, world.card_life(resident_id, card.profile.serial)


def _genuine(world: World, resident_id: str, form: Form, options: Options) -> IssuedCard:
    if form in TOKENS:
        return world.phone_of(resident_id, TOKENS[form], options=options)
    if form is Form.NEXT:
        card = world.next_card_of(resident_id, options=options)
        return _named(card, card.profile.serial, form)
    return world.card_of(resident_id, options=options)


def _forged(world: World, resident_id: str, variant: Variant, which: Which) -> IssuedCard:
    options = read_options(which.options)
    genuine = world.card_of(resident_id, options=options)
    if which.other is None:
        chip = world.unknown_card_of_birth_date(resident_id, options)
    else:
        chip = world.card_of(which.other, options=options).profile
    try:
        profile = forged(variant, genuine.profile, chip, world.key_of_nobody)
    except ImpossibleForgery as fault:
        raise EventRefused(f"resident {resident_id}: {variant}: {fault}") from fault
    return _named(replace(genuine, profile=profile), genuine.profile.serial, variant)


def _named(card: IssuedCard, serial: str, word: StrEnum) -> IssuedCard:
    """Return the card with its word behind the serial number it is known by; what stands in its files stays."""
    return replace(card, profile=msgspec.structs.replace(card.profile, serial=f"{serial}-{word}"))


def told_by_serial(serial: str) -> tuple[str, str] | None:
    """Return what the word behind a serial number means, in Japanese and in English; None for an ordinary card."""
    word = serial.partition("-")[2]
    if word in set(Variant):
        return Variant(word).told
    return FORMS[Form.NEXT] if word == Form.NEXT else None

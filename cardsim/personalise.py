"""Personalisation: a holder and what authorities issued for them become the profile of a card."""

from cardsim.applications import jpki
from cardsim.card_contents import AIDS, CardContents, jpki_content
from cardsim.data_objects import DataObjects
from cardsim.holder import Holder, IssuedFiles, Pins
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.profile import CONTACT_ATR, Applications, Profile, Token

__all__ = ["STANDARD_OPTIONS", "STANDARD_PINS", "Holder", "IssuedFiles", "Pins", "personalise", "personalise_phone"]

STANDARD_PINS = Pins()


def personalise(
    holder: Holder,
    issued: IssuedFiles,
    pins: Pins = STANDARD_PINS,
    *,
    serial: str,
    options: Options = STANDARD_OPTIONS,
) -> Profile:
    """The profile of the holder's card; `serial` has 16 digits and stands in the token info (spec/card.md §2.1).

    Whatever could be wrong is found now; the applications are built when they are first selected.
    """
    pins.require_formats()
    jpki.token_info(serial)
    for der in (
        issued.auth_certificate,
        issued.auth_ca_certificate,
        issued.sign_certificate,
        issued.sign_ca_certificate,
    ):
        jpki.require_certificate(der)
    contents = CardContents(holder, issued, pins, serial, options)
    return Profile(
        serial,
        Applications(AIDS, contents),
        options=options,
        data_objects=DataObjects(holder, serial, issued.cvc, lower_cvc=options.lower_cvc),
    )


def personalise_phone(
    issued: IssuedFiles,
    pins: Pins = STANDARD_PINS,
    *,
    token: Token,
    serial: str,
    options: Options = STANDARD_OPTIONS,
) -> Profile:
    """The JPKI application of a phone, and no other (spec/card.md §7); ATR and data objects of phones are unknown."""
    if token is Token.CARD:
        raise ValueError("a phone's token is ANDROID or IPHONE, got CARD; a card is made by personalise()")
    pins.require_formats()
    content = jpki_content(issued, pins, serial, token)
    application = jpki.build_jpki(content, options)
    return Profile(serial, {application.aid: application}, CONTACT_ATR, options, {}, token)

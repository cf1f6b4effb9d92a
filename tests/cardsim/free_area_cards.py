"""Cards with a free area for the tests, and the applications that are loaded into it."""

import msgspec

from cardsim.applications.free_area import FreeArea
from cardsim.applications.generic import COUNT_CARD_AID, USER_CARD_AID, GenericApplication, load_commands
from cardsim.profile import Profile
from cardsim.slot import InsertedCard

LOAD_KEY = bytes(range(0x40, 0x60))
OWN_KEY = bytes(range(0x10, 0x20))
USER_CARD = GenericApplication(USER_CARD_AID, "図書館", b"0001234567", "20361120", OWN_KEY)
RIDE_CARD = GenericApplication(
    COUNT_CARD_AID, "マイタク", b"mytaku-000042", "20361120", OWN_KEY, count=70, limit=70, notes=32
)
PIN_CARD = msgspec.structs.replace(RIDE_CARD, label="ポイント", pin=b"4321", count=5, limit=1000)


def with_free_area(profile: Profile, size: int = 16384) -> Profile:
    """The card, with a free area that holds so much."""
    return msgspec.structs.replace(profile, free_area=FreeArea(LOAD_KEY, size))


def load(card: InsertedCard, wanted: GenericApplication) -> None:
    """Loads an application as a municipality's counter would; every command must be answered 9000."""
    number = card.kept.loads
    for command in load_commands(wanted, load_key=LOAD_KEY, serial=card.profile.serial, number=number):
        answer = card.transmit(command)
        assert answer.hex() == "9000", (command.hex(), answer.hex())


def loaded_card(profile: Profile, *wanted: GenericApplication) -> InsertedCard:
    """A card in a slot, powered, with these applications in its free area and nothing verified."""
    card = InsertedCard.unused(with_free_area(profile))
    card.power_on()
    for application in wanted:
        load(card, application)
    card.power_on()
    return card

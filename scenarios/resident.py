"""A resident with a card: what they show, what they type, what befalls them."""

from scenarios.keypad import Keypad
from scenarios.leaving import Leaving
from scenarios.life import Living
from scenarios.on_the_card import Readable
from scenarios.presenting import Presenting


class Resident(Presenting, Leaving, Keypad, Living, Readable):
    """A person of the world."""

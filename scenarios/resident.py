"""A resident with a card: what they show, what they type, what befalls them."""

from scenarios.keypad import Keypad
from scenarios.life import Living
from scenarios.presenting import Presenting


class Resident(Presenting, Keypad, Living):
    """A person of the world."""

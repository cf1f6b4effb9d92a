"""What goes wrong around a card, as opposed to what a card answers.

CardFault
├── CardInUse        another process owns the card
├── CardUnreadable   its folder is missing, damaged, or cannot be written
├── CardNotPowered   a command or reset reached a card without power
├── CardWithdrawn    its tries could not be stored, so it answers nothing more
├── CardTorn         it was taken out while it worked on a command
├── CardLost         its field was too weak for a command; it is still there, without power
├── CardShared       another connection holds it exclusively, or holds it at all
└── ReaderUnreachable  no reader listens, or it broke the protocol
"""


class CardFault(Exception):
    """A fault with one line that says what, where, and how to mend it."""


class CardInUse(CardFault):
    """Another process owns the card: two owners would give tries back."""


class CardUnreadable(CardFault):
    """The card's folder is missing or damaged, or the place cannot be written."""


class CardNotPowered(CardFault):
    """A command or reset reached a card without power."""


class CardWithdrawn(CardFault):
    """Its tries could not be stored: a card that forgets them would be one that can be guessed at without end."""


class CardTorn(CardFault):
    """It was taken out while it worked on a command: nobody saw the answer, and what it kept is kept."""


class CardLost(CardFault):
    """The field was too weak, or another card answered as well: it has no power until it is activated again."""


class CardShared(CardFault):
    """PC/SC's sharing violation (SCARD_E_SHARING_VIOLATION): the card is somebody else's for the moment."""


class ReaderUnreachable(CardFault):
    """No reader listens where one was expected, or it broke the protocol."""

"""How a flawed card behaves: built right, then bent.

`bend` looks at what a genuine card would do and changes the one thing that is wrong. Flaws of content (another key,
another certificate, another length) are made in `cardsim.adversarial` and need nothing here.
"""

from cardsim.apdu import Answer, Command
from cardsim.profile import Flaws
from cardsim.state import State
from cardsim.status import StatusWord

_VERIFY, _COMPUTE_SIGNATURE, _INTERNAL_AUTHENTICATE = 0x20, 0x2A, 0x88
_DEFAULT_KEY = 0x00


def bend(flaws: Flaws, before: State, command: Command, after: State, answer: Answer) -> tuple[State, Answer]:
    """What the flawed card does where a genuine one would go from `before` to `after` and answer so."""
    if flaws.tries_stay and command.ins == _VERIFY and after.kept is not before.kept and answer.sw != StatusWord.OK:
        return State(before.kept, after.session), Answer(b"", answer.sw + 1)
    if flaws.replayed_signature and answer.data and _authenticates_internally(command):
        return after, Answer(flaws.replayed_signature, answer.sw)
    return after, answer


def _authenticates_internally(command: Command) -> bool:
    """Whether the chip proves itself: by its PIN-less key (spec/card.md §2.3), or by INTERNAL AUTHENTICATE (§2.5)."""
    if command.ins == _INTERNAL_AUTHENTICATE:
        return True
    return command.ins == _COMPUTE_SIGNATURE and command.p2 == _DEFAULT_KEY

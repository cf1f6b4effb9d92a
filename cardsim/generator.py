"""The card's random generator: a value in the session, so that `step` stays a function of what it is given.

    output  = SHA-256(state ‖ 01 ‖ 0), SHA-256(state ‖ 01 ‖ 1), …
    state'  = SHA-256(state ‖ 02)

Whoever sees the state later cannot tell earlier output from it. How a real chip does it is not public; nothing but the
chip could tell.
"""

from hashlib import sha256

_OUTPUT = b"\x01"
_NEXT = b"\x02"
_BLOCK = 32


def draw(state: bytes, length: int) -> tuple[bytes, bytes]:
    """`length` random bytes, and the generator's state after them."""
    blocks = range(-(-length // _BLOCK))
    drawn = b"".join(sha256(state + _OUTPUT + block.to_bytes(4, "big")).digest() for block in blocks)
    return drawn[:length], sha256(state + _NEXT).digest()

"""How long an HTTP answer says that it is fresh (RFC 9111 §5.2.2, §5.1): never a reason to use anything for longer.

What was signed says until when it may be used; its carrier can only make us ask again sooner (RFC 9919 §7.2).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

_NEVER: Final = frozenset({"no-store", "no-cache"})
_LONGEST: Final = 10**9
"""Seconds: more than this is for ever (§1.2.2 lets a cache take 2³¹ for it)."""


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """For how long from now on, zero where it may not be kept; None where the headers do not say.

    A max-age that is no number is none (§4.2.1: "consider the response to be stale"); `Age` is what caches on the
    way took of it; `s-maxage` is for shared caches, and this is none.
    """
    said: timedelta | None = None
    for each in headers.get("cache-control", "").split(","):
        name, _, value = each.strip().partition("=")
        if name.lower() in _NEVER:
            return timedelta(0)
        if name.lower() == "max-age":
            seconds = timedelta(seconds=_seconds(value) or 0)
            said = seconds if said is None else min(said, seconds)
    if said is None:
        return None
    return max(timedelta(0), said - timedelta(seconds=_seconds(headers.get("age", "0")) or 0))


def _seconds(text: str) -> int | None:
    """delta-seconds (§1.2.2), in quotes or not."""
    digits = text.strip().strip('"')
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(int(digits[:20]), _LONGEST)

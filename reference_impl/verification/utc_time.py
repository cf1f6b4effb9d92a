"""UTCTime as certificates have it, read in pieces that are remembered: hours, the seconds of an hour, ends of days."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final


@lru_cache(maxsize=16_384)
def _read_hour(text: bytes) -> datetime | None:
    """The hour that YYMMDDhh begins with: below 50 it is 20YY (RFC 5280 §4.1.2.5.1). Five years have 11,000 of work."""
    if not text.isdigit():
        return None
    digits = text.decode("ascii")
    try:
        return datetime.fromisoformat(f"{'19' if digits >= '5' else '20'}{digits[:6]}T{digits[6:]}Z")
    except ValueError:
        return None


_SECONDS: Final = {b"%02d%02d" % divmod(second, 60): timedelta(seconds=second) for second in range(3600)}


def read_instant(hour: bytes, second: bytes) -> datetime | None:
    """The instant that `der.read_time` reads in YYMMDDhh, mmss and Z, or None where it would refuse."""
    begin, past = _read_hour(hour), _SECONDS.get(second)
    return None if begin is None or past is None else begin + past


@lru_cache(maxsize=4096)
def read_last_day(text: bytes) -> datetime | None:
    """The same of notAfter in one piece: it is the end of a day (spec/pki.md §1.3), of which there are 1,826."""
    return read_instant(text[:8], text[8:])

"""PIN files of several applications, and files of which only the existence is known (spec/card.md §2, §3; MC, JSA)."""

from functools import lru_cache

from cardsim.files import NEVER, File
from cardsim.options import Options
from cardsim.pins import ChangeBy, Pin, PinFormat

FOUR_DIGIT_TRIES = 3


@lru_cache(maxsize=1024)
def four_digits(fid: int, name: str, value: bytes, kept_as: str, change_by: ChangeBy = ChangeBy.REFERENCE_DATA) -> Pin:
    """A 4-digit PIN; cards whose holders chose alike share it."""
    return Pin(fid, name, PinFormat.FOUR_DIGITS, FOUR_DIGIT_TRIES, value, kept_as, change_by=change_by)


def code_a(fid: int, number: str, application: str, options: Options) -> Pin:
    """照合番号A: the 個人番号 (§3)."""
    value, kept_as = number.encode("ascii"), _counter(application, "code_a", options)
    return Pin(fid, "照合番号A", PinFormat.TWELVE_DIGITS, options.code_a_tries, value, kept_as, changeable=False)


def code_b(fid: int, value: bytes, application: str, options: Options) -> Pin:
    """照合番号B: era-form birth date, year of expiry, security code (§3)."""
    kept_as = _counter(application, "code_b", options)
    return Pin(fid, "照合番号B", PinFormat.FOURTEEN_DIGITS, options.code_b_tries, value, kept_as, changeable=False)


def _counter(application: str, code: str, options: Options) -> str:
    return f"card.{code}" if options.codes_share_tries else f"{application}.{code}"


@lru_cache(maxsize=64)
def unknown_files(*fids: int) -> tuple[File, ...]:
    """Files that can be selected and nothing else: their content is unknown, and nothing opens them (§8)."""
    return tuple(File(fid, f"不明 {fid:04X}", b"", NEVER) for fid in fids)


@lru_cache(maxsize=64)
def unknown_reference(fid: int, kept_as: str) -> Pin:
    """A reference that answers a query and whose meaning is unknown: blocked, so that it opens nothing."""
    return Pin(fid, f"不明 {fid:04X}", PinFormat.FOUR_DIGITS, 1, None, kept_as, changeable=False)

"""The period an instant falls in, named so that it can be a key: a count begins anew with each name."""

from datetime import datetime

from reference_impl.services.hours import JST
from reference_impl.services.vocabulary import Per


def period_at(per: Per | None, instant: datetime) -> str:
    """The name of the period, by Japan's calendar: `2026-11-21`, `2026-11`, `2026`, `FY2026`; one for all time."""
    local = instant.astimezone(JST)
    if per is Per.DAY:
        return local.date().isoformat()
    if per is Per.MONTH:
        return f"{local.year:04}-{local.month:02}"
    if per is Per.YEAR:
        return f"{local.year:04}"
    if per is Per.FISCAL_YEAR:
        return f"FY{local.year if local.month >= 4 else local.year - 1:04}"
    return "always"

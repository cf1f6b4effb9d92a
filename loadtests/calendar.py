"""The instants of a load run. The clock is moved between the acts only, so that the load is judged at one instant.

A week lies between enrolment and load: whatever status a product remembers from then is no longer fresh.
"""

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))
ISSUE = datetime(2026, 12, 1, 9, 0, tzinfo=JST)
ENROLMENT = datetime(2026, 12, 1, 10, 0, tzinfo=JST)
REVOCATION = datetime(2026, 12, 2, 9, 7, tzinfo=JST)
RENEWAL = datetime(2026, 12, 2, 9, 8, tzinfo=JST)
EARLY_END = datetime(2026, 12, 5, 23, 59, 59, tzinfo=JST)
JUST_LOST = datetime(2026, 12, 8, 10, 5, tzinfo=JST)
LOAD = datetime(2026, 12, 8, 10, 7, tzinfo=JST)
"""Seven minutes after a 15-minute mark: what happened at 10:05 no OCSP answer shows."""

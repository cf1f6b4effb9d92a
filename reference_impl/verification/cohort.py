"""Many certificates at once: those of one issuer and one distribution point, as a nightly check of members has them.

Each was identified before (steps (1) to (3) of `core`), so what is left is step (4), one comparison of two columns, and
step (9), one look into one list. The verdicts are those of `Verifier.check`, which a test compares.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.identity import Identity
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority


class CohortStatus(msgspec.Struct, frozen=True):
    """What is said of each: `others` of all, but for those outside their period, and for those that are listed."""

    others: Status
    outside: NDArray[np.int64]
    """Numbers of the certificates that are not valid now, whatever the list says of them."""
    listed: Mapping[int, Status]

    def good(self, count: int) -> NDArray[np.bool_]:
        """Which of so many are valid and known to be good."""
        answer = np.full(count, self.others.reason == "OK")
        answer[self.outside] = False
        answer[list(self.listed)] = False
        return answer


class Cohort:
    """Certificates of one issuer and one point (DER of its name), in columns."""

    def __init__(self, identities: Sequence[Identity], issuer: Authority, point: bytes) -> None:
        if any(each.issuer.issuer_key != issuer.issuer_key for each in identities):
            raise ValueError("expected certificates of one issuer, found another one's among them")
        self._issuer = issuer
        self._point = point
        serials = [each.certificate.serial for each in identities]
        self._serials = np.array(serials, np.uint64) if all(each < 1 << 64 for each in serials) else serials
        self._begins = np.array([each.begins.timestamp() for each in identities])
        self._ends = np.array([each.ends.timestamp() for each in identities])

    def statuses(self, lists: ListStatus, now: datetime) -> CohortStatus:
        """(4) both ends inclusive, (9) the list of the point; a list that says nothing refuses all of them."""
        at = now.timestamp()
        outside = np.flatnonzero((at < self._begins) | (at > self._ends))
        found = lists.batch(self._serials, self._point, self._issuer, now)
        return CohortStatus(found.others, outside, found.listed)

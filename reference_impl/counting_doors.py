"""The doors of one attempt at a service whose policy counts what is used up."""

from collections.abc import Callable

from reference_impl.doors import SessionDoors
from reference_impl.services.desk import GiveBack, do_nothing
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.presentation import Presentation
from reference_impl.verification.verdict import HolderKey, Reason


class CountingDoors(SessionDoors):
    """The same, where a service's policy counts what is used up."""

    book: Callable[[str], GiveBack] = staticmethod(lambda _: do_nothing)

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Takes what the use takes, then writes it down, or gives it back; `Refusal` if there is nothing left."""
        give_back = self.book(self.account)
        reason = super().settle(holder, presented, record)
        if reason is not None:
            give_back()
        return reason

"""The doors of one attempt at a service whose policy counts what is used up."""

from reference_impl.doors import SessionDoors
from reference_impl.services.visit import NoVisit, Visit
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.presentation import Presentation, Signing
from reference_impl.verification.verdict import HolderKey, Reason


class CountingDoors(SessionDoors):
    """The same, where a service's policy counts what is used up."""

    visit: Visit = NoVisit()
    birth_date: str = ""

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of this holder, whose birth date decides of age."""
        found = super().find(holder)
        self.birth_date = "" if found is None else found.birth_date
        return found

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Writes the acceptance down together with what the use takes; `Refusal` if there is nothing left to take."""
        if not isinstance(presented, Signing):
            self.visit.require_served(self.account, self.birth_date if record is None else record.birth_date)
            self.beside = self.visit.settle
        return super().settle(holder, presented, record)

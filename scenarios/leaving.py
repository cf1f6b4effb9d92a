"""What ends between a resident and the service: the registration, taken back with the certificate on the card."""

from harness.contract.configuration import SERVICE
from harness.contract.messages import Outcome, Unlink
from harness.contract.vocabulary import Capability, Purpose
from scenarios.person import Person
from scenarios.story import Words
from scenarios.terminal import Slot
from scenarios.verdict import Verdict


class Leaving(Person):
    """A person who has had enough."""

    def leaves_the_service(self) -> Verdict:
        """Have the registration deleted: whoever holds the card asks for it, whatever became of its certificates."""
        if Capability.UNLINK not in self._stage.product.capabilities:
            self._telling.skip("the product offers no unlink")

        def deed(slot: Slot) -> Outcome:
            certificate = slot.put_in(self._card).authentication_certificate()
            return self._stage.client.unlink(Unlink(certificate=certificate, service=SERVICE))

        words = Words("the resident has the registration deleted", "利用者が登録の削除を申し出る")
        return self._observer.watch(Purpose.ENROL, words, deed)

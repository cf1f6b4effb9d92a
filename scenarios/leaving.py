"""What the service keeps of a resident, and its end: the registration, taken back with the certificate on the card."""

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

    def has_an_account(self, *, serial: int | None, times: int = 0) -> None:
        """The certificate on the card leads to an account: of the certificate of that number, used so often; or none.

        A product that shows no accounts is not asked.
        """
        if Capability.ACCOUNT not in self._stage.product.capabilities:
            self._telling.skip("the product does not show its accounts")
        self._telling.settle()
        stored = self._stage.client.account(self.issued.auth_certificate)
        actual = "none" if stored is None else f"{stored.serial}, used {stored.accepted}"
        wanted = "none" if serial is None else f"{serial:x}, used {times}"
        self._telling.say(Words(f"  account: {actual}", f"  アカウント: {actual}"))
        if actual != wanted:
            said = Words(f"expected account {wanted}, actual {actual}", f"アカウント 期待: {wanted}、実際: {actual}")
            self._telling.break_off(said)

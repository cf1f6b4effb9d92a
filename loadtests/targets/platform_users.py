"""Users who ask a platform. Importing this patches the process for gevent: only Locust's own may do so."""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from harness.clock import host_now
from harness.contract.vocabulary import Reason
from loadtests.targets.core_material import RIGHT
from loadtests.targets.ground import Subject
from loadtests.targets.ground_users import HttpGroundUser
from loadtests.targets.signed_questions import MEDIA_TYPE, PATH, AnswerRefused, login_question, reason_in, seal
from loadtests.truth import Deed, Ruled, Ruling

WAITING = "STATUS_UNAVAILABLE"


class PlatformAsker(HttpGroundUser):
    """Hands a login over, signed by the holder and by the client, and judges the platform's signed reason."""

    NAME = "question"

    def prepare(self) -> None:
        """Read both keys once."""
        ground = self.load.population
        self._ours = Ed25519PrivateKey.from_private_bytes(ground.client_key)
        self._theirs = Ed25519PublicKey.from_public_bytes(ground.platform_key)

    def ask(self, subject: Subject, deed: Deed) -> None:
        """One login; its challenge is ours, drawn for it."""
        ground, challenge, identifier = self.load.population, os.urandom(32), os.urandom(32).hex()
        key = ground.forger_key if deed is Deed.FORGED else subject.key
        question = seal(
            self._ours,
            ground.client,
            login_question(
                identifier=identifier,
                client=ground.client,
                platform=ground.platform,
                at=host_now(),
                service=ground.service,
                certificate=subject.certificate,
                challenge=challenge,
                signature=self.load.signer.sign(key, challenge),
            ),
        )
        right = (Reason.BAD_SIGNATURE if deed is Deed.FORGED else RIGHT[subject.standing]).value

        def rule(answer: bytes) -> Ruled:
            try:
                reason = reason_in(answer, self._theirs, ground.platform, question, identifier)
            except AnswerRefused as refused:
                return Ruled(Ruling.WRONG, _told(right), str(refused), right != "OK")
            ruling = Ruling.RIGHT if reason == right else Ruling.UNDECIDED if reason == WAITING else Ruling.WRONG
            return Ruled(ruling, _told(right), _told(reason), right != "OK")

        ruled = self.exchange(PATH, question, MEDIA_TYPE, rule)
        if ruled is not None:
            self.judged(subject, deed, ruled)


def _told(reason: str) -> str:
    return "accept OK" if reason == "OK" else f"reject {reason}"

"""What a certified verifier learns at J-LIS beside the status: pairs, records of the past, news of the four attributes.

All of it is asked over HTTP, in formats that are INVENTED (`docs/jlis.md`); the law behind it is spec/pki.md §4.
"""

import base64
from typing import Any

import httpx

from scenarios.resident import Resident
from scenarios.stage import Stage
from scenarios.story import Words
from scenarios.telling import Telling


class Verifier:
    """A verifier that may ask more than a service may."""

    name = "library"

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage, self._telling = stage, telling
        self._told_as_of: str | None = None
        """Of the one resident that a story asks about."""

    def finds_the_signature_certificate_of(self, resident: Resident, *, to_be: str) -> None:
        """Ask which signature certificate belongs to the authentication certificate: `in force`, or `none`.

        A verifier learns in this way that something about the holder changed, while the holder goes on tapping.
        """
        words = Words("the verifier asks for the paired signature certificate", "検証者が対の署名用電子証明書を調べる")
        serial = f"{resident.issued.auth_serial:x}"
        answer = self._ask(words, "link", {"kind": "auth", "serial": serial}).json()
        paired = [each for each in answer["counterparts"] if (each["kind"], each["medium"]) == ("sign", "card")]
        self._compare("paired certificate", "対の証明書", to_be, "in force" if paired else "none")

    def looks_again_at(self, serial: int, *, to_find: str) -> None:
        """現況確認 of the signature certificate of a past transaction: its status, and whether it may have changed."""
        words = Words("the verifier looks at a past signature again", "検証者が過去の署名を現況確認する")
        asked = {"kind": "sign", "serial": f"{serial:x}", "purpose": "liveness"}
        answer = self._ask(words, "record-check", asked).json()
        changed = "may have changed" if answer["attributes_may_have_changed"] else "unchanged"
        self._compare("record", "現況", to_find, f"{answer['status']}, {changed}")

    def is_told_of(self, resident: Resident, news: str, *, serial: int | None = None) -> None:
        """Ask for 最新の利用者情報（4情報）, new since it was last told; the first time everything is.

        `serial` is of the signature certificate that is named: that on the card, unless it is said.
        """
        words = Words("the service asks what is new of the resident", "サービスが最新の4情報を照会する")
        asked = {"service": self.name, "serial": f"{serial or resident.issued.sign_serial:x}"}
        if self._told_as_of is not None:
            asked["since"] = self._told_as_of
        answer = self._ask(words, "attributes", asked).json()
        if answer["attributes"] is not None:
            self._told_as_of = answer["as_of"]
        self._compare("news", "4情報の知らせ", news, answer["news"])

    def takes_the_consent_of(self, resident: Resident) -> None:
        """Take a consent that the holder signs with the signature certificate."""
        signed_at = self._stage.world.clock.now().isoformat()
        text = f'{{"purpose":"latest-four-attributes","service":"{self.name}","signed_at":"{signed_at}"}}'
        words = Words("the resident consents to the service", "利用者がサービスに同意する")
        certificate, signature = resident.signs_a_document(text.encode())
        parts = {"document": text.encode(), "signature": signature, "certificate": certificate}
        self._ask(words, "consents", {name: base64.b64encode(part).decode() for name, part in parts.items()})

    def loses_the_consent_of(self, resident: Resident) -> None:
        """The holder takes the consent back, with effect at once."""
        words = Words("the resident withdraws the consent", "利用者が同意を取り消す")
        self._ask(words, "consents/withdraw", {"service": self.name, "serial": f"{resident.issued.sign_serial:x}"})

    def _ask(self, words: Words, service: str, asked: dict[str, Any]) -> httpx.Response:
        self._telling.settle()
        self._telling.say(words)
        with httpx.Client(trust_env=False, timeout=60) as http:
            answer = http.post(f"{self._stage.addresses['services']}/{service}", json=asked)
        if answer.is_error:
            said = f"HTTP {answer.status_code}: {answer.text}"
            self._telling.break_off(Words(f"{service}: expected an answer, actual {said}", f"{service}: {said}"))
        return answer

    def _compare(self, english: str, japanese: str, wanted: str, actual: str) -> None:
        self._telling.say(Words(f"  {actual}", f"  {actual}"))
        if wanted != actual:
            said = f"{japanese} 期待: {wanted}、実際: {actual}"
            self._telling.break_off(Words(f"expected {english}: {wanted}, actual {actual}", said))

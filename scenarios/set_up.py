"""How the reference relying party is set up for a story whose matter contract 1.0 has no word for.

Most stories are told about any product as it comes. A few are about what an operator decides: opening hours, whom a
service serves, whether lists or a responder are asked, whether J-LIS's linking is. No message of the contract says
such a thing, so these are told about the reference alone, started with options of its own command line; for any other
product they are not applicable, and the run says so.
"""

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from harness.contract.configuration import SERVICE
from harness.municipalities import AOI

TAPPING: dict[str, Any] = {
    "id": SERVICE,
    "name": {"ja": "筋書きの図書館", "en": "the library of the stories"},
    "archetype": "serial-tap",
    "place": {"where": ["attended", "managed", "lent"]},
    "net": "online",
    "status": {"method": "ocsp", "source": "jlis"},
}
"""A policy of the reference (docs/services.md) that says what goes without saying of a tap."""
OWN = {"enrolment": {"by": ["pin", "text"]}, "serves": {"residence": ["own"]}}
KIOSK = {"hours": {"open": [{"from": "06:30", "to": "23:00"}]}}


class SetUp(Enum):
    """One way of setting the reference up; the value is how a story says so, in English and in Japanese."""

    ORDINARY = ("as it comes", "標準の構成")
    LINKED = ("a product that asks J-LIS's linking service", "紐付けサービスに照会する製品")
    CITIZENS = ("a service for the citizens of one city", "市民だけを対象とするサービス")
    LISTS = ("a product that asks the revocation lists alone", "失効リストだけを調べる製品")
    KIOSK = ("a service that is open from 06:30 to 23:00", "6時30分から23時まで開いているサービス")

    @property
    def words(self) -> tuple[str, str]:
        """How it is said in English, and in Japanese."""
        english, japanese = self.value
        return english, japanese

    def addresses(self, addresses: Mapping[str, str]) -> Mapping[str, str]:
        """Return where this product finds the fake J-LIS: whoever reads lists reads those of one city, not of 1,900."""
        if self is SetUp.LISTS:
            return {**addresses, "crl": f"{addresses['crl']}?municipality={AOI.code}"}
        return addresses

    def options(self, addresses: Mapping[str, str], folder: Path) -> tuple[str, ...]:
        """Return the options of `python -m reference_impl.app`; what they name is written into the folder."""
        linking = ("--link-service", f"{addresses['services']}/link")
        match self:
            case SetUp.ORDINARY:
                return ()
            case SetUp.LINKED:
                return linking
            case SetUp.CITIZENS:
                return (*linking, "--municipality", AOI.code, *_policy(folder, OWN))
            case SetUp.LISTS:
                return ("--status-method", "auth=crl")
            case SetUp.KIOSK:
                return _policy(folder, KIOSK)


def _policy(folder: Path, more: Mapping[str, Any]) -> tuple[str, str]:
    path = folder / "services.json"
    path.write_text(json.dumps({"services": [{**TAPPING, **more}]}), encoding="utf-8")
    return "--services", str(path)

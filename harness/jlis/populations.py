"""The four populations of certificates: two kinds, on a card or in a phone (spec/pki.md §1.6).

The Act keeps separate revocation files for 個人番号カード用 and 移動端末設備用 certificates; so does the fake J-LIS.
"""

from enum import StrEnum
from typing import NamedTuple

from harness.confidence import Confidence
from harness.contract.vocabulary import Kind
from harness.jlis.behaviour import Behaviour, Behaviours

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "spec/pki.md §1.6",
        "カード用と移動端末設備用は別の証明書・別の失効情報",
        "certificates of cards and of phones are separate kinds with separate revocation lists",
    ),
)


class Medium(StrEnum):
    """What carries the private key."""

    CARD = "card"
    """個人番号カード用."""
    PHONE = "phone"
    """移動端末設備用 (スマホ用電子証明書)."""


class Population(NamedTuple):
    """Certificates of one kind on one medium."""

    kind: Kind
    medium: Medium

    def __str__(self) -> str:
        return f"{self.kind.value}/{self.medium.value}"


POPULATIONS = tuple(Population(kind, medium) for medium in Medium for kind in Kind)
CARD_AUTH, CARD_SIGN = Population(Kind.AUTH, Medium.CARD), Population(Kind.SIGN, Medium.CARD)
PHONE_AUTH, PHONE_SIGN = Population(Kind.AUTH, Medium.PHONE), Population(Kind.SIGN, Medium.PHONE)

"""What a chip gives at an internal authentication: the genuine one, or one that is not what it claims to be."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec.structs import replace

from cardsim.profile import Profile
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from conformance.made import ChipMade
from harness.contract.messages import ChipProof
from harness.forgery import Variant, forged
from harness.municipalities import AOI, WAKABA
from harness.terminal.card_reader import CardReader
from harness.terminal.hostile import SelfMadeChip
from harness.terminal.visitor import Visitor
from harness.world import World

_BIRTH_DATE = slice(8, 16)
"""DF11's value in EF 0001: FF10 82 hi lo, DF11 08 (spec/card.md §2.3)."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The card of the case, and everything that a maker of false ones has at hand."""

    world: World
    hostile: SelfMadeChip
    key: Callable[[str], RSAPrivateKey]
    visitor: Visitor

    def prove(self, made: ChipMade, challenge: bytes) -> ChipProof:
        """Return the internal authentication that is made so."""
        match made:
            case ChipMade.SPLICED:
                return self._others(challenge, birth_date=self.visitor.birth_date)
            case ChipMade.OTHER_BIRTH:
                return self._others(challenge, birth_date=self.visitor.birth_date + timedelta(days=1))
            case ChipMade.CLONED:
                return self._forged(Variant.CLONED, challenge, self._other().card.profile)
            case ChipMade.OLD_ISSUER:
                return self._forged(Variant.OLD_ISSUER, challenge, self.visitor.card.profile)
            case ChipMade.RECORDED:
                return self._genuine(hashlib.sha256(challenge).digest())
        return self._altered(made, self._genuine(challenge), challenge)

    def _altered(self, made: ChipMade, genuine: ChipProof, challenge: bytes) -> ChipProof:
        """Return what the genuine chip gave, with one part another."""
        record, cvc = genuine.birth_record, genuine.cvc
        other = f"{self.visitor.birth_date + timedelta(days=1):%Y%m%d}".encode()
        make: dict[ChipMade, Callable[[], ChipProof]] = {
            ChipMade.SELF_MADE: lambda: self.hostile.imitate(genuine, challenge),
            ChipMade.COPIED_CVC: lambda: replace(self.hostile.imitate(genuine, challenge), cvc=cvc),
            ChipMade.OTHER_CVC: lambda: replace(genuine, cvc=self._cvc_of_another_town(challenge)),
            ChipMade.REBORN: lambda: replace(
                genuine, birth_record=record[: _BIRTH_DATE.start] + other + record[_BIRTH_DATE.stop :]
            ),
            ChipMade.CVC_CUT: lambda: replace(genuine, cvc=cvc[:-1]),
            ChipMade.CVC_LONG: lambda: replace(genuine, cvc=cvc + b"\x00\x00"),
            ChipMade.RECORD_CUT: lambda: replace(genuine, birth_record=record[:-1]),
            ChipMade.NO_PROOF: lambda: replace(genuine, signature=b""),
        }
        return make[made]() if made in make else genuine

    def _genuine(self, challenge: bytes) -> ChipProof:
        with self.visitor.card_in_reader() as card:
            return card.prove_chip(self.visitor.birth_date, challenge)

    def _other(self, **special: Any) -> Visitor:
        return Visitor.issue(self.world, **special)

    def _others(self, challenge: bytes, *, birth_date: date) -> ChipProof:
        other = self._other(birth_date=birth_date)
        with other.card_in_reader() as card:
            return card.prove_chip(other.birth_date, challenge)

    def _cvc_of_another_town(self, challenge: bytes) -> bytes:
        here = self.visitor.card.resident.municipality
        other = self._other(municipality=(WAKABA if here == AOI.code else AOI).code)
        with other.card_in_reader() as card:
            return card.prove_chip(other.birth_date, challenge).cvc

    def _forged(self, variant: Variant, challenge: bytes, chip: Profile) -> ChipProof:
        card = InsertedCard.unused(forged(variant, self.visitor.card.profile, chip, self.key))
        connection = InProcessConnection(card)
        connection.connect()
        try:
            return CardReader(connection).prove_chip(self.visitor.birth_date, challenge)
        finally:
            connection.disconnect()

"""The APDUs of a case filled in, for one card and one challenge."""

import hashlib
import re
from dataclasses import dataclass

from conformance.roles.card.case import Send
from conformance.roles.card.facts import CardFacts, wrong

DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""SHA-256, RFC 8017 §9.2 note 1."""
BARE_DIGEST_INFO = bytes.fromhex("302F300B0609608648016503040201 0420".replace(" ", ""))
"""The same without the NULL parameters, 49 bytes with its hash, as one client sends it (spec/card.md §4)."""
_PLACE = re.compile("<([a-z-]+)>")
VERIFY = 0x20
HEADER = 5


@dataclass(frozen=True, slots=True)
class Script:
    """What the places of a case stand for."""

    values: dict[str, bytes]
    rights: frozenset[bytes]
    """The right secrets: a VERIFY with anything else costs a try."""

    @classmethod
    def of(cls, facts: CardFacts, challenge: bytes) -> "Script":
        """Return it for the secrets of a card and the challenge of a case."""
        known = facts.secrets()
        hashed = hashlib.sha256(challenge).digest()
        values = {name: value.encode("ascii") for name, value in known.items()}
        values |= {f"wrong-{name}": wrong(value).encode("ascii") for name, value in known.items()}
        values |= {
            "digest-info": DIGEST_INFO + hashed,
            "bare-digest-info": BARE_DIGEST_INFO + hashed,
            "hash": hashed,
            "challenge": challenge,
        }
        return cls(values, frozenset(value.encode("ascii") for value in known.values()))

    def filled(self, step: Send) -> bytes:
        """Return the APDU: each place is Lc and the value."""
        text = _PLACE.sub(lambda place: self._with_length(place[1]), step.apdu)
        return bytes.fromhex(text)

    @staticmethod
    def presents(apdu: bytes) -> bool:
        """Whether an APDU presents a value, right or not."""
        return len(apdu) > HEADER and apdu[1] == VERIFY

    def spends(self, apdu: bytes) -> bool:
        """Whether an APDU presents a value that is not right."""
        return self.presents(apdu) and apdu[HEADER : HEADER + apdu[4]] not in self.rights

    def _with_length(self, name: str) -> str:
        value = self.values[name]
        return f"{len(value):02X}{value.hex()}"


def told(apdu: bytes) -> str:
    """Return an APDU for people, a PIN masked: it goes into reports."""
    if len(apdu) > HEADER and apdu[1] in (VERIFY, 0x24):
        return apdu[:HEADER].hex().upper() + "**" * (len(apdu) - HEADER)
    return apdu.hex().upper()

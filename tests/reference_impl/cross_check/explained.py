"""Where OpenSSL and the verification core differ about a certificate, and why each is right by its own lights."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.reference_impl.cross_check.mutation import Mutated

Pair = tuple[Mutated, str, str]
"""A document, and what either side says of it."""


@dataclass(frozen=True)
class Explained:
    """One kind of disagreement: what either says (patterns searched in its words), and the reason."""

    ours: str
    openssl: str
    why: str

    def fits(self, ours: str, openssl: str) -> bool:
        """Whether this is such a disagreement."""
        return re.search(self.ours, ours) is not None and re.search(self.openssl, openssl) is not None


def unexplained(differing: Iterable[Pair], table: tuple[Explained, ...]) -> list[str]:
    """What one side alone accepts and the table does not explain."""
    return [
        f"{document.name}: we say {ours}; OpenSSL says {theirs}; {document.data.hex()}"
        for document, ours, theirs in differing
        if not any(each.fits(ours, theirs) for each in table)
    ]


ACCEPTED_BY_US = (
    Explained(
        "^ok$",
        "unable to get local issuer certificate",
        "the authorityKeyIdentifier names another key: for OpenSSL a filter, for RFC 5280 §4.2.1.1 a means to choose "
        "(spec/rfc.md B2); the signature of the pinned key decides",
    ),
    Explained(
        "^ok$",
        "Missing Authority Key Identifier",
        "§4.2.1.1 obliges the authority to write it; -x509_strict judges authorities too, path validation does not",
    ),
    Explained(
        "^ok$",
        "Subject name empty",
        "§4.1.2.6 obliges the authority; the holder is known by issuer and serial here, never by name (spec/pki.md §5)",
    ),
)

REFUSED_BY_US = (
    Explained("^MALFORMED X.690 §8.1 ", "^ok$", "octets after the value inside an extension or a key"),
    Explained("^MALFORMED X.690 §11.1 ", "^ok$", "a BOOLEAN true that is not FF: BER"),
    Explained("^MALFORMED X.690 §11.2.1 ", "^ok$", "unused bits of a BIT STRING that are not zero: BER"),
    Explained("^MALFORMED X.690 §11.6 ", "^ok$", "a SET whose members are out of order or repeated: BER"),
    Explained("^MALFORMED RFC 5280 §4.1.2.1 ", "^ok$", "a version that does not exist, or the default written"),
    Explained("^MALFORMED RFC 5280 §4.1.2.4 ", "^ok$", "a name whose text is not of its string type"),
    Explained("^MALFORMED structure ", "^ok$", "an AttributeTypeAndValue or a qualifier of another type"),
    Explained(
        "^WRONG_PURPOSE RFC 5280 §4.2.1.12 ", "^ok$", "-purpose sslclient is content without extKeyUsage, JPKI is not"
    ),
    Explained(
        "^WRONG_PURPOSE RFC 5280 §4.2.1.3 ",
        "^ok$",
        "-purpose sslclient is content without keyUsage, or with keyAgreement",
    ),
    Explained(
        "^POLICY CRYPTREC .*RSA public key", "^ok$", "no reason to load a leaf's key for its path; here it is used next"
    ),
    Explained("^POLICY CRYPTREC .*negative serial", "^ok$", "no status can be asked about a negative number"),
    Explained(
        "^POLICY RFC 5280 §4.2 critical extension with",
        "^ok$",
        "a foreign qualifier in a critical certificatePolicies (§4.2.1.4)",
    ),
)

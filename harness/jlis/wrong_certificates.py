"""Certificates with one thing wrong, for negative cases (spec/pki.md §9 as spec/rfc.md corrects it).

    a correct leaf ── taken apart ── one change (VARIANTS) ── signed again by the right issuer ── a wrong leaf

A variant about signature or signer changes nothing else. What is wrong by decree of an RFC, what by a relying party's
own policy only, and what is not wrong at all, the variant's standing tells: a case may not claim more than that.
"""

from collections.abc import Mapping

from harness.contract.vocabulary import Kind
from harness.jlis.wrong.encoding import ENCODING
from harness.jlis.wrong.extensions import EXTENSIONS
from harness.jlis.wrong.fields import FIELDS
from harness.jlis.wrong.holder import HOLDER_ATTRIBUTES
from harness.jlis.wrong.parts import NotThisCertificate, Parts
from harness.jlis.wrong.profile import PROFILE, kind_of
from harness.jlis.wrong.signature import SIGNATURE
from harness.jlis.wrong.variant import Inexpressible, Issuer, Signer, Standing, Variant
from harness.jlis.wrong.vocabulary import Wrong

__all__ = [
    "VARIANTS",
    "Inexpressible",
    "Issuer",
    "NotThisCertificate",
    "Signer",
    "Standing",
    "Variant",
    "Wrong",
    "variants_of",
    "wrong_certificate",
]
VARIANTS: Mapping[Wrong, Variant] = {**SIGNATURE, **FIELDS, **ENCODING, **EXTENSIONS, **PROFILE, **HOLDER_ATTRIBUTES}


def wrong_certificate(wrong: Wrong, leaf: bytes, signer: Signer) -> bytes:
    """Return a correct leaf (DER) with one thing wrong; the same values give the same bytes.

    Inexpressible when the signer lacks what the variant needs, NotThisCertificate when it is not of the leaf's kind.
    """
    variant, parts = VARIANTS[wrong], Parts.of(leaf)
    if kind_of(parts) not in variant.kinds:
        expected = " or ".join(sorted(kind.value for kind in variant.kinds))
        raise NotThisCertificate(f"{wrong}: expected a certificate of kind {expected}, actual {kind_of(parts).value}")
    return variant.sign(variant.change(parts, signer), signer)


def variants_of(kind: Kind) -> list[Wrong]:
    """Return what can be wrong with a certificate of a kind, in the order of the vocabulary."""
    return [wrong for wrong in Wrong if kind in VARIANTS[wrong].kinds]

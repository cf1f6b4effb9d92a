"""What each archetype proves of a holder, and what it can never prove; the contradictions follow from this table.

Sources: spec/pki.md §1.3 (the authentication certificate carries no attributes), §1.4 (the signature certificate
carries four), §5 (the tap: assurance level 1 and no more, after an enrolment with PIN), §6, §7; spec/card.md §2.3.
Assurance levels other than the tap's are assumed: PIN and chip are two factors (level 3), a thing that is only held
is one (level 1), data typed off or read with 照合番号B lie between.
"""

from typing import Final

import msgspec

from reference_impl.services.vocabulary import Archetype, Attribute, Net, Place, Proof
from reference_impl.verification.purpose import CertificateKind, Purpose

_ALL_FOUR: Final = frozenset({Attribute.AGE, Attribute.RESIDENCE})
_NOTHING: Final[frozenset[Attribute]] = frozenset()


class Facts(msgspec.Struct, frozen=True):
    """What holds for every service of an archetype."""

    certificate: CertificateKind | None
    """The certificate whose status can be asked."""
    purposes: frozenset[Purpose]
    """What the contract's verbs can be used for."""
    maximum_assurance: int
    has_identity: bool = True
    """Whether the same holder is recognised the next time."""
    is_tap: bool = False
    """Whether the rules for かざし利用 hold."""
    needs_platform: bool = False
    proves: frozenset[Attribute] = _NOTHING
    """At each use."""
    enrolled_by: tuple[Proof, ...] = ()
    """Unless the policy says otherwise."""


_AUTH, _SIGN = CertificateKind.AUTH, CertificateKind.SIGN
_ENROL, _LOGIN, _TAP, _SIGNING = Purpose.ENROL, Purpose.LOGIN, Purpose.TAP, Purpose.SIGN

FACTS: Final = {
    Archetype.SERIAL_TAP: Facts(
        # The birth record of the chip, compared at each tap with the enrolled one, proves the age (spec/pki.md §5).
        _AUTH,
        frozenset({_ENROL, _TAP}),
        1,
        is_tap=True,
        proves=frozenset({Attribute.AGE}),
        enrolled_by=(Proof.PIN,),
    ),
    Archetype.PPID_TAP: Facts(
        _AUTH, frozenset({_ENROL, _TAP}), 1, is_tap=True, needs_platform=True, enrolled_by=(Proof.PIN, Proof.TEXT)
    ),
    Archetype.PPID_ONLINE: Facts(
        _AUTH, frozenset({_ENROL, _LOGIN}), 3, needs_platform=True, enrolled_by=(Proof.PIN, Proof.TEXT)
    ),
    Archetype.MYKEY_ID: Facts(_AUTH, frozenset({_ENROL, _LOGIN}), 3, needs_platform=True, enrolled_by=(Proof.PIN,)),
    Archetype.AUTH: Facts(_AUTH, frozenset({_ENROL, _LOGIN}), 3, enrolled_by=(Proof.PIN,)),
    Archetype.AUTH_ONCE: Facts(_AUTH, frozenset({_ENROL}), 3, enrolled_by=(Proof.PIN,)),
    Archetype.SIGN: Facts(_SIGN, frozenset({_SIGNING}), 3, proves=_ALL_FOUR),
    Archetype.SIGN_ONCE: Facts(_SIGN, frozenset({_SIGNING}), 3, enrolled_by=(Proof.SIGNATURE,)),
    Archetype.TEXT: Facts(None, frozenset(), 2, has_identity=False, proves=_ALL_FOUR | {Attribute.NUMBER}),
    Archetype.CARD_APP: Facts(None, frozenset(), 1, enrolled_by=(Proof.COUNTER,)),
    Archetype.CARD_APP_COUNT: Facts(None, frozenset(), 1, enrolled_by=(Proof.COUNTER,)),
    Archetype.APP_AUTH: Facts(_AUTH, frozenset({_LOGIN}), 3, needs_platform=True, enrolled_by=(Proof.PLATFORM,)),
    Archetype.APP_SIGN: Facts(_SIGN, frozenset({_SIGNING}), 3, needs_platform=True, proves=_ALL_FOUR),
    Archetype.KIOSK: Facts(_AUTH, frozenset({_LOGIN}), 3, needs_platform=True),
    Archetype.FACE: Facts(None, frozenset(), 1, has_identity=False, proves=_ALL_FOUR),
}

LEARNT: Final = {
    Proof.PIN: _NOTHING,
    Proof.SIGNATURE: _ALL_FOUR,
    Proof.TEXT: _ALL_FOUR,
    Proof.COUNTER: _ALL_FOUR,
    Proof.PLATFORM: _ALL_FOUR,
}
"""What the service may know from enrolment on, by what was taken as proof there."""

TAP_PLACES: Final = frozenset({Place.ATTENDED, Place.MANAGED, Place.LENT})
"""Face to face, managed and supervised, or on a lent terminal that is managed (spec/pki.md §5)."""

KIOSK_PLACES: Final = frozenset({Place.ATTENDED, Place.MANAGED})
CONNECTED: Final = frozenset({Net.ONLINE, Net.LGWAN})

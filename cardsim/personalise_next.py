"""Personalisation of a next-generation card. ASSUMED (`applications.next_generation`)."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim.applications.next_generation import (
    AUTHENTICATION_AID,
    FACE_AID,
    NextContent,
    build_authentication,
    build_face,
)
from cardsim.era import era_birth_digits
from cardsim.options import STANDARD_OPTIONS, Options
from cardsim.personalise import STANDARD_PINS, Holder, Pins
from cardsim.profile import Profile


@dataclass(frozen=True, slots=True)
class NextIssuedFiles:
    """What authorities issued for a next-generation card: certificates as DER, and P-384 keys."""

    auth_certificate: bytes
    auth_ca_certificate: bytes
    sign_certificate: bytes
    sign_ca_certificate: bytes
    auth_key: EllipticCurvePrivateKey
    sign_key: EllipticCurvePrivateKey
    chip_key: EllipticCurvePrivateKey

    def __post_init__(self) -> None:
        for what, key in (("auth_key", self.auth_key), ("sign_key", self.sign_key), ("chip_key", self.chip_key)):
            if key.curve.name != SECP384R1.name:
                raise ValueError(f"{what} of a next-generation card: expected {SECP384R1.name}, got {key.curve.name}")


def personalise_next(  # noqa: PLR0913  (as personalise, and the names)
    holder: Holder,
    issued: NextIssuedFiles,
    pins: Pins = STANDARD_PINS,
    *,
    serial: str,
    options: Options = STANDARD_OPTIONS,
    aids: tuple[bytes, bytes] = (AUTHENTICATION_AID, FACE_AID),
) -> Profile:
    """The profile of the holder's next-generation card; the `aids` of 認証AP and 券面等AP are unknown (§7)."""
    content = NextContent(
        auth_certificate=issued.auth_certificate,
        auth_ca_certificate=issued.auth_ca_certificate,
        auth_key=_pkcs8(issued.auth_key),
        auth_pin=pins.auth,
        sign_certificate=issued.sign_certificate,
        sign_ca_certificate=issued.sign_ca_certificate,
        sign_key=_pkcs8(issued.sign_key),
        sign_password=pins.sign,
        chip_key=_pkcs8(issued.chip_key),
        birth_digits=era_birth_digits(holder.birth_date).encode(),
        name=holder.name,
        address=holder.address,
        birth=f"{holder.birth_date:%Y%m%d}",
        authentication_aid=aids[0],
        face_aid=aids[1],
    )
    applications = (build_authentication(content), build_face(content))
    return Profile(serial, {application.aid: application for application in applications}, options=options)


def _pkcs8(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

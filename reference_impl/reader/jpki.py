"""公的個人認証AP: certificates, signatures, PINs (spec/card.md §2.1, §3, §4)."""

from typing import Final

import msgspec

from reference_impl.reader.card import Card
from reference_impl.reader.faults import CertificateAbsent
from reference_impl.reader.files import (
    AUTH_CA_CERTIFICATE,
    AUTH_CERTIFICATE,
    AUTH_KEY,
    AVAILABILITY,
    SIGN_CA_CERTIFICATE,
    SIGN_CERTIFICATE,
    SIGN_KEY,
    TOKEN_INFORMATION,
    File,
)
from reference_impl.reader.layout import CURRENT, Layout
from reference_impl.reader.pins import PinTry
from reference_impl.reader.reading import read_object, read_short, select_file
from reference_impl.reader.references import AUTH_PIN, SIGN_PASSWORD, Reference
from reference_impl.reader.signing import (
    CURRENT_KEY,
    Scheme,
    compute_signature,
    require_certificate,
    require_signature,
)
from reference_impl.reader.token import Presence, TokenInformation, parse_presence, parse_token


class Signed(msgspec.Struct, frozen=True):
    """A signature, and the certificate whose key made it: that was checked."""

    certificate: bytes
    signature: bytes
    scheme: Scheme

    def __repr__(self) -> str:
        return f"Signed({self.scheme.value})"


class Jpki:
    """Every method selects what it needs and assumes nothing about what was current."""

    def __init__(self, card: Card, layout: Layout = CURRENT) -> None:
        self._card = card
        self._layout = layout
        self.auth_pin: Final = msgspec.structs.replace(AUTH_PIN, application=layout.jpki)
        self.sign_password: Final = msgspec.structs.replace(SIGN_PASSWORD, application=layout.jpki)

    def read_token(self) -> TokenInformation:
        """What the token says of itself: card or phone, serial number. Free to read."""
        self._card.open(self._layout.jpki)
        return parse_token(read_short(self._card.link, TOKEN_INFORMATION))

    def read_presence(self) -> Presence:
        """Which certificates there are: a child's card has none for signatures. Free to read."""
        self._card.open(self._layout.jpki)
        return parse_presence(read_short(self._card.link, AVAILABILITY))

    def read_auth_ca_certificate(self) -> bytes:
        """The certificate (DER) of the authority of the authentication certificate. Free to read."""
        return self._read_free(AUTH_CA_CERTIFICATE)

    def read_sign_ca_certificate(self) -> bytes:
        """The certificate (DER) of the authority of the signature certificate. Free to read."""
        return self._read_free(SIGN_CA_CERTIFICATE)

    def read_auth_certificate(self, attempt: PinTry | None = None) -> bytes:
        """The 利用者証明用電子証明書 (DER). Free to read on the card; a phone shows it after its PIN (§7)."""
        if attempt is None:
            return self._read_free(AUTH_CERTIFICATE)
        self._card.verify(self.auth_pin, attempt)
        return self._read(AUTH_CERTIFICATE)

    def read_sign_certificate(self, attempt: PinTry) -> bytes:
        """The 署名用電子証明書 (DER), which only the password opens: name and address stand in it."""
        self._require_sign_certificate()
        self._card.verify(self.sign_password, attempt)
        return self._read(SIGN_CERTIFICATE)

    def authenticate(self, challenge: bytes, attempt: PinTry, scheme: Scheme | None = None) -> Signed:
        """The authentication key's signature over the challenge, and its certificate."""
        return self._sign(self.auth_pin, attempt, (AUTH_CERTIFICATE, AUTH_KEY), challenge, scheme)

    def sign_document(self, document: bytes, attempt: PinTry, scheme: Scheme | None = None) -> Signed:
        """The signature key's signature over the document, and its certificate."""
        self._require_sign_certificate()
        return self._sign(self.sign_password, attempt, (SIGN_CERTIFICATE, SIGN_KEY), document, scheme)

    def change_auth_pin(self, old: PinTry, new: str) -> None:
        """Another 利用者証明用 PIN: four digits."""
        self._card.change(self.auth_pin, old, new)

    def change_sign_password(self, old: PinTry, new: str) -> None:
        """Another 署名用 password: 6 to 16 letters and digits, some of both."""
        self._card.change(self.sign_password, old, new)

    def _sign(
        self, pin: Reference, attempt: PinTry, files: tuple[File, File], message: bytes, scheme: Scheme | None
    ) -> Signed:
        """PIN, certificate, key, signature; the certificate comes first, so that a card without one signs nothing."""
        chosen = scheme or self._layout.schemes[0]
        if chosen not in self._layout.schemes:
            raise ValueError(
                f"scheme: expected one of {[each.name for each in self._layout.schemes]}, found {chosen.name}"
            )
        self._card.verify(pin, attempt)
        certificate = self._read(files[0])
        select_file(self._card.link, files[1])
        signature = compute_signature(self._card.link, CURRENT_KEY, chosen, message)
        require_signature(certificate, chosen, message, signature)
        return Signed(certificate, signature, chosen)

    def _require_sign_certificate(self) -> None:
        """Before a password is asked for: what a child's card cannot do costs no try."""
        if self._layout.tells_presence and not self.read_presence().sign:
            raise CertificateAbsent(SIGN_CERTIFICATE.name)

    def _read_free(self, file: File) -> bytes:
        self._card.open(self._layout.jpki)
        return self._read(file)

    def _read(self, file: File) -> bytes:
        return require_certificate(read_object(self._card.link, file), file)

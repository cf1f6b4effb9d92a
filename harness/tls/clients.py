"""The access list: a client certificate is on it as long as its file is in the folder, looked for at each request.

So two certificates of one client are both good while it changes from the old to the new one, and one that was taken
off is refused from the next request on, without a restart, also on a connection that is already open.
"""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.announcement import write_private
from harness.errors import ConfigurationError

CLIENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
LIFE = timedelta(days=90)
LONGEST_FILE = 65_536


class Admitted(NamedTuple):
    """One certificate on the list."""

    sha256: str
    certificate: x509.Certificate

    @property
    def name(self) -> str:
        """Whose it is, by its common name."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else self.certificate.subject.rfc4514_string()


class AccessList:
    """The list in a folder, one file for each certificate, named by the SHA-256 of its DER."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def admits(self, der: bytes) -> bool:
        """Return whether this very certificate is on the list now."""
        return self._file(hashlib.sha256(der).hexdigest()).is_file()

    def admit(self, certificate: x509.Certificate) -> Admitted:
        """Put a certificate on the list."""
        admitted = Admitted(hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(), certificate)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise ConfigurationError(
                f"{self._folder}: expected a folder to write, actual {fault.strerror}; name another in KAZASHI_HOME"
            ) from fault
        write_private(self._file(admitted.sha256), certificate.public_bytes(Encoding.PEM))
        return admitted

    def everybody(self) -> list[Admitted]:
        """Return what is on the list, by name and then by the end of validity."""
        found = [Admitted(path.stem, read_certificate(path)) for path in self._folder.glob("[!.]*.pem")]
        return sorted(found, key=lambda one: (one.name, one.certificate.not_valid_after_utc, one.sha256))

    def remove(self, beginning: str) -> Admitted:
        """Take the certificate off whose SHA-256 begins so; ConfigurationError when that is none, or several."""
        found = [one for one in self.everybody() if one.sha256.startswith(beginning.lower())]
        if len(found) != 1 or not beginning:
            raise ConfigurationError(
                f"client {beginning!r}: expected the beginning of one SHA-256 that `kazashi trust client list` shows, "
                f"actual {f'that of {len(found)}' if found else 'of none'}"
            )
        self._file(found[0].sha256).unlink()
        return found[0]

    def _file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.pem"


def read_certificate(path: Path) -> x509.Certificate:
    """Return the certificate (PEM) in a file."""
    try:
        with path.open("rb") as file:
            return x509.load_pem_x509_certificate(file.read(LONGEST_FILE))
    except (OSError, ValueError) as fault:
        raise ConfigurationError(f"{path}: expected a certificate (PEM), actual {fault}") from fault


def checked_name(name: str) -> str:
    """Return a name that may be a file's, too."""
    if not CLIENT_NAME.fullmatch(name):
        raise ConfigurationError(f"client {name!r}: expected letters, digits, dot, hyphen or underscore, at most 64")
    return name

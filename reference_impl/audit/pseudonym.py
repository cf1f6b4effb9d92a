"""The holder's pseudonym: HMAC-SHA-256 under a key of the installation, over service, issuer key and serial.

A serial number of a card has 32 bits: a plain hash of it is undone in minutes by hashing all of them. Under a key it
cannot be, without the key. The key therefore lies in a file of its own and never in the audit's store: a copy of the
store, or the export an auditor takes home, names nobody. Who has the key (the operator, `audit holder`) finds a
person's rows when that person asks, or a court. When it is destroyed, nobody does, and the chain still verifies.

The service is hashed along, as a PPID is one for each service: the rows of one person in two services cannot be
matched by reading them. 128 bits are kept: enough that no two of 2^32 holders meet, and shorter.
"""

import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Final

import msgspec

from reference_impl.audit.faults import AuditUnusable

KEY_LENGTH: Final = 32
"""As long as the hash (RFC 2104 §3)."""
_DIGITS: Final = 32


class Pseudonyms:
    """The pseudonyms of one installation."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_LENGTH:
            raise AuditUnusable(f"audit key: expected {KEY_LENGTH} octets, actual {len(key)}")
        self._keyed = hmac.new(key, digestmod="sha256")

    def of(self, service: str, issuer_key: str, serial: str) -> str:
        """The pseudonym; what is hashed is the JSON array of the three, so that no two triples are one text."""
        keyed = self._keyed.copy()
        keyed.update(msgspec.json.encode((service, issuer_key, serial)))
        return keyed.hexdigest()[:_DIGITS]


def read_or_make_key(path: Path) -> bytes:
    """The installation's key, drawn if there is none yet; processes that start at once get the same."""
    if not path.exists():
        _make(path)
    return read_key(path)


def read_key(path: Path) -> bytes:
    """The key in a file that nobody else may read; AuditUnusable for any other."""
    try:
        mode, said = path.stat().st_mode, path.read_text("ascii").strip()
        key = bytes.fromhex(said)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "something else"
        raise AuditUnusable(
            f"audit key {path}: expected {KEY_LENGTH} octets in hexadecimal digits, actual: {why}"
        ) from error
    if len(key) != KEY_LENGTH:
        raise AuditUnusable(f"audit key {path}: expected {KEY_LENGTH} octets in hexadecimal digits, actual {len(key)}")
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise AuditUnusable(f"audit key {path}: expected mode 0600, actual {stat.S_IMODE(mode):04o}; chmod 600 it")
    return key


def _make(path: Path) -> None:
    """A file appears under its name when it is whole, and the first one stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(KEY_LENGTH)}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        raise AuditUnusable(f"audit key {path}: expected a folder to write it in, actual: {error.strerror}") from error

"""What a door is opened with: its certificate, and that each client shows one of an authority that the door knows.

Every connection is a full handshake (no tickets), so the client's certificate is seen, and its dates are checked.
"""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from harness.announcement import write_private
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.tls.authority import DOOR_KEY, TlsAuthority, key_pem
from harness.tls.clients import AccessList

FOLDER = "tls"


@dataclass(frozen=True, slots=True)
class DoorTls:
    """The TLS of a door."""

    context: ssl.SSLContext
    clients: AccessList
    authority_file: Path
    """What a client has to trust (PEM)."""


def access_list(home: Path) -> AccessList:
    """Return the installation's list of client certificates."""
    return AccessList(home / FOLDER / "clients")


def door_tls(home: Path, keys: KeyPool, now: datetime, client_ca: Path | None = None) -> DoorTls:
    """Return the TLS of a door of this installation; clients of the authorities in `client_ca` are known, too.

    To be known is not to be admitted: that is the access list's to say.
    """
    folder, key = home / FOLDER, keys.named(DOOR_KEY)
    authority = TlsAuthority.of(folder, keys, now)
    certificate = authority.door(key.public_key(), now)
    chain, private = folder / "door.pem", folder / "door-key.pem"
    write_private(chain, certificate.public_bytes(Encoding.PEM) + authority.pem)
    write_private(private, key_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.load_cert_chain(chain, private)
    context.load_verify_locations(cadata=authority.pem.decode())
    if client_ca is not None:
        try:
            context.load_verify_locations(cafile=client_ca)
        except OSError as fault:  # ssl.SSLError is one
            raise ConfigurationError(f"{client_ca}: expected certificates (PEM), actual {fault}") from fault
    return DoorTls(context, access_list(home), folder / "authority.pem")

"""The nonce of an OCSP request as it came, for the journal: also one that the responder refuses."""

from asn1crypto.core import OctetString

from harness.jlis.ocsp_common_request import TRUE, CommonRequests
from harness.jlis.ocsp_encoding import NONCE_ID

LONGEST_KEPT = 131
"""The value of a nonce of 128 octets (RFC 9654 §2.1) has so many; of a longer one the beginning is kept."""
_COMMON = CommonRequests()


def nonce_value(request: bytes) -> bytes | None:
    """Return what the nonce extension holds, `04 20 …` by RFC 9654 §2.1; None where there is no such extension."""
    common = _COMMON.read(request)
    if common is not None:
        nonce = common.nonce
        if nonce is None:
            return None
        if len(nonce) < 0x80:
            return b"\x04" + bytes((len(nonce),)) + nonce
        whole: bytes = OctetString(nonce).dump()
        return whole[:LONGEST_KEPT]
    at = request.find(NONCE_ID)
    if at < 0:
        return None
    behind = request[at + len(NONCE_ID) :]
    try:
        contents: bytes = OctetString.load(behind.removeprefix(TRUE)).contents
    except (ValueError, TypeError):
        return None  # not an extension: the responder says so
    return contents[:LONGEST_KEPT]

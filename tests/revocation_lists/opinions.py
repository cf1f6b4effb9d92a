"""What three readers say of one list and two certificates: ours, `openssl verify -crl_check`, cryptography.

Each opinion is `ok`, `revoked`, or why the list is not used; one for the certificate that the list was made with as
revoked and one for another.
"""

import re
import subprocess
from base64 import encodebytes
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.lists.acceptance import examine
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf, read_volume
from reference_impl.verification.verdict import Reason, Refusal
from tests.reference_impl import pki
from tests.revocation_lists import making as m

Opinion = tuple[str, str]
_ERROR = re.compile(r"^error \d+ at \d+ depth lookup: (.+)$")


def ours(data: bytes, certificates: tuple[Certificate, Certificate]) -> Opinion:
    """The method `crl`, with the list as a door would hand it over."""
    try:
        volume, refused = read_volume(data, [examine(data, (0, len(data)), m.expected(), m.NOW)])
        if refused:
            raise refused[0]
    except Refusal as refusal:
        why = f"{refusal.finding.clause}: {refusal.finding.en}"
        return why, why
    shelf = Shelf().with_volume(volume)
    method, issuer = ListStatus(lambda: shelf), m.authority()
    first, second = (method.status(each, issuer, m.NOW) for each in certificates)
    return _word(first.reason), _word(second.reason)


def _word(reason: Reason) -> str:
    return {Reason.OK: "ok", Reason.REVOKED: "revoked", Reason.ON_HOLD: "revoked"}.get(reason, reason.value)


def openssl(folder: Path, lists: list[bytes], certificates: tuple[Certificate, Certificate]) -> list[Opinion]:
    """`openssl verify` with partitions (-extended_crl), at our instant; a list that it cannot read is a refusal."""
    (folder / "ca.pem").write_text(_pem("CERTIFICATE", m.authority().certificate.encoded))
    for number, certificate in enumerate(certificates):
        (folder / f"leaf{number}.pem").write_text(_pem("CERTIFICATE", certificate.encoded))

    def judge(numbered: tuple[int, bytes]) -> Opinion:
        number, data = numbered
        path = folder / f"{number}.crl"
        path.write_text(_pem("X509 CRL", data))
        command = ["openssl", "verify", "-crl_check", "-extended_crl", "-no-CApath", "-no-CAstore", "-CAfile", "ca.pem"]
        command += ["-attime", str(int(m.NOW.timestamp())), "-CRLfile", path.name]
        done = subprocess.run([*command, "leaf0.pem", "leaf1.pem"], cwd=folder, capture_output=True, check=False)
        path.unlink()
        return _openssl_words((done.stdout + b"\n" + done.stderr).decode(errors="replace"))

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(judge, enumerate(lists)))


def _openssl_words(said: str) -> Opinion:
    """What it says of either certificate: the first error that stands before the certificate's name."""
    words = {"leaf0.pem": "unreadable", "leaf1.pem": "unreadable"}
    first = ""
    for line in said.splitlines():
        found = _ERROR.match(line)
        if found:
            first = first or found[1]
        for name in words:
            if line == f"{name}: OK":
                words[name] = "ok"
            elif line == f"error {name}: verification failed":
                words[name], first = {"certificate revoked": "revoked"}.get(first, first), ""
    return words["leaf0.pem"], words["leaf1.pem"]


def cryptography(data: bytes, certificates: tuple[Certificate, Certificate]) -> Opinion:
    """cryptography's own list, every entry and extension of it looked at; it knows no scope and no time."""
    try:
        read = x509.load_der_x509_crl(data)
        if not read.is_signature_valid(pki.key("auth-ca").public_key()):
            return "bad signature", "bad signature"
        list(read.extensions)
        entries = {each.serial_number: each for each in read}
        for each in entries.values():
            list(each.extensions)
            str(each.revocation_date_utc)
        str((read.last_update_utc, read.next_update_utc, read.issuer))
    except Exception as error:  # noqa: BLE001 - several kinds, and what it cannot read is all one here
        return f"unreadable: {error}", f"unreadable: {error}"
    first, second = ("revoked" if each.serial in entries else "ok" for each in certificates)
    return first, second


def _pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{encodebytes(der).decode()}-----END {label}-----\n"

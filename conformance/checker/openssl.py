"""The `openssl` program, which takes every cryptographic decision of this relying party.

Its exit codes are not trusted alone: `openssl ocsp` ends with 0 for good, revoked and unknown. What counts is the
text it prints. It never sees the host's clock: `verify` is told not to look at times, `ocsp` is given the instant.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import keys, pem

RESPONDER_SECONDS = 5.0
"""How long a responder may take. Not `-timeout`: with it OpenSSL 3.0 tries a refused connection again until then."""

_A_CENTURY = "3155760000"
"""Seconds that `ocsp` is told to tolerate: it compares times with the host's clock; ours are compared in status.py."""

_REMEMBERED = 256
"""Questions whose answers are kept: a certificate and its proof of origin come with each presentation of a case."""

_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""What of the environment reaches the program: no OPENSSL_CONF, no SSL_CERT_FILE, no http_proxy."""

_NO_STORE = ("-no-CApath", "-no-CAstore", "-partial_chain")
_ACCEPTED = re.compile(rb"^Response verify OK\r?$", re.MULTILINE)
_STATUS = re.compile(rb"^-?0x[0-9A-Fa-f]+: (good|revoked|unknown)\r?$", re.MULTILINE)
_REASON = re.compile(rb"^\tReason: (\w+)\r?$", re.MULTILINE)
_FAULT = re.compile(rb"^error ([0-9]+) at ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What `openssl ocsp` says of an answer: signer accepted or not, statuses of our certificate, reasons."""

    trusted: bool
    statuses: frozenset[str]
    reasons: frozenset[str]
    complaint: str


def _certificate(der: bytes) -> bytes:
    """The certificate as PEM."""
    written: bytes = pem.armor("CERTIFICATE", der)
    return written


def _written(serial: int) -> str:
    """The number as the program takes it, and says it again before the status."""
    return f"{'-' if serial < 0 else ''}0x{abs(serial):X}"


class OpenSsl:
    """One `openssl` program; each question is put in a folder of its own."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._environment = {"LC_ALL": "C"} | {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._answered = lru_cache(maxsize=_REMEMBERED)(self._asked)

    def version(self) -> str:
        """The program's own name and number, as `OpenSSL 3.0.19 27 Jan 2026`."""
        return self._run(["version"], {}).stdout.decode().split(" (")[0].strip()

    def parses(self, certificate: bytes) -> bool:
        """Whether OpenSSL, too, reads these bytes as a certificate."""
        done = self._run(["x509", "-inform", "DER", "-noout", "-in", "leaf.der"], {"leaf.der": certificate})
        return done.returncode == 0

    def faults(self, certificate: bytes, anchor: bytes) -> frozenset[int]:
        """The X509_V_ERR numbers of the path from this anchor to the certificate (RFC 5280 §6.1); none: it holds.

        Times are left out: OpenSSL calls a certificate expired *at* notAfter, RFC 5280 §4.1.2.5 includes it.
        Security level 2 refuses RSA below 2048 bits and SHA-1 (local policy; RFC 5280 sets no floor).
        """
        done = self._run(
            [
                "verify",
                "-no-CAfile",
                *_NO_STORE,
                "-no_check_time",
                "-auth_level",
                "2",
                "-trusted",
                "anchor.pem",
                "leaf.pem",
            ],
            {"anchor.pem": _certificate(anchor), "leaf.pem": _certificate(certificate)},
        )
        if done.returncode == 0 and done.stdout.strip() == b"leaf.pem: OK":
            return frozenset()
        return frozenset(int(found) for found in _FAULT.findall(done.stderr)) or frozenset({1})  # 1: unspecified

    def signed(self, key: bytes, signature: bytes, message: bytes) -> bool:
        """Whether the RSA key (DER SPKI) made this PKCS#1 v1.5 signature with SHA-256 over the message."""
        read = keys.PublicKeyInfo.load(key)
        if read.algorithm != "rsa":
            return False  # `dgst -verify` would take ECDSA or PSS just as gladly; the contract has one algorithm
        if len(signature) != read.byte_size:
            return False  # `dgst` reads as many octets as the key has and forgets the rest (RFC 8017 §8.2.2 step 1)
        done = self._run(
            ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature.bin", "message.bin"],
            {"key.pem": pem.armor("PUBLIC KEY", key), "signature.bin": signature, "message.bin": message},
        )
        return done.returncode == 0 and done.stdout.strip() == b"Verified OK"

    def status_request(self, serial: int, issuer: bytes) -> bytes:
        """An OCSP request that asks twice, by SHA-256 and by SHA-1 CertID, without nonce (RFC 6960 §4.1.1).

        By the number, not by the certificate: OpenSSL would hash the issuer's name as the certificate writes it, and
        a responder knows the name as the issuer writes it (RFC 6960 §4.1.1: the issuer's distinguished name).
        """
        made = self._made(
            "request.der",
            [
                "ocsp",
                "-issuer",
                "issuer.pem",
                "-sha256",
                "-serial",
                _written(serial),
                "-sha1",
                "-serial",
                _written(serial),
                "-no_nonce",
                "-reqout",
                "request.der",
            ],
            {"issuer.pem": _certificate(issuer)},
        )
        if made is None:
            raise OSError("openssl ocsp wrote no request for a certificate that openssl x509 reads")
        return made

    def fetch_status(self, url: str, request: bytes) -> bytes | None:
        """The responder's answer, unjudged; none when it cannot be reached or does not speak OCSP over HTTP."""
        return self._made(
            "answer.der",
            ["ocsp", "-noverify", "-url", url, "-reqin", "request.der", "-respout", "answer.der"],
            {"request.der": request},
            RESPONDER_SECONDS,
        )

    def read_status(self, answer: bytes, serial: int, issuer: bytes, now: datetime) -> Reading:
        """What the answer says of the certificate, and whether its signer may say so at `now` (RFC 6960 §4.2.2.2).

        The only trust is the key that issued the certificate: another generation's delegate does not chain to it.
        """
        done = self._run(
            [
                "ocsp",
                "-issuer",
                "issuer.pem",
                "-sha256",
                "-serial",
                _written(serial),
                "-sha1",
                "-serial",
                _written(serial),
                "-no_nonce",
                "-respin",
                "answer.der",
                "-CAfile",
                "issuer.pem",
                *_NO_STORE,
                "-attime",
                str(int(now.timestamp())),
                "-validity_period",
                _A_CENTURY,
            ],
            {"issuer.pem": _certificate(issuer), "answer.der": answer},
        )
        return Reading(
            trusted=_ACCEPTED.search(done.stderr) is not None,
            statuses=frozenset(found.decode() for found in _STATUS.findall(done.stdout)),
            reasons=frozenset(found.decode() for found in _REASON.findall(done.stdout)),
            complaint=done.stderr.decode(errors="replace").strip()[-300:],
        )

    def _made(
        self, name: str, arguments: list[str], files: Mapping[str, bytes], patience: float = 20.0
    ) -> bytes | None:
        """The file that the program writes, or none when it wrote none in time."""
        with tempfile.TemporaryDirectory(prefix="kazashi-checker-") as folder:
            try:
                self._run_in(Path(folder), arguments, files, patience)
            except subprocess.TimeoutExpired:
                return None
            made = Path(folder, name)
            return made.read_bytes() if made.exists() else None

    def _run(self, arguments: list[str], files: Mapping[str, bytes]) -> subprocess.CompletedProcess[bytes]:
        return self._answered(tuple(arguments), tuple(sorted(files.items())))

    def _asked(
        self, arguments: tuple[str, ...], files: tuple[tuple[str, bytes], ...]
    ) -> subprocess.CompletedProcess[bytes]:
        """What the program says, which follows from arguments and files alone: the same question is not put twice."""
        with tempfile.TemporaryDirectory(prefix="kazashi-checker-") as folder:
            return self._run_in(Path(folder), arguments, dict(files), 20.0)

    def _run_in(
        self, folder: Path, arguments: Sequence[str], files: Mapping[str, bytes], patience: float
    ) -> subprocess.CompletedProcess[bytes]:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return subprocess.run(
            [self._program, *arguments],
            cwd=folder,
            env=self._environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
        )

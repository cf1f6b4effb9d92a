"""What `openssl verify` says of thousands of certificates, in a few processes."""

import re
import subprocess
from base64 import encodebytes
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

_BATCH = 2000
_ERROR = re.compile(r"^error (\d+) at \d+ depth lookup: (.+)$")
_FILE = re.compile(r"(\d{5})\.pem")


def verify_certificates(
    folder: Path, anchors: Sequence[bytes], certificates: Sequence[bytes], now: datetime, *options: str
) -> list[str]:
    """Return for each certificate `ok`, the words of the first error, or `unreadable`.

    The options are those of RFC 5280: `-x509_strict`, an explicit policy, a purpose, one instant, these anchors alone.
    """
    (folder / "anchors.pem").write_text("".join(_pem(each) for each in anchors))
    names = []
    for index, certificate in enumerate(certificates):
        path = folder / f"{index:05}.pem"
        path.write_text(_pem(certificate))
        names.append(path.name)
    common = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", "anchors.pem"]
    common += ["-attime", str(int(now.timestamp())), *options]
    said: list[str] = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        done = subprocess.run([*common, *batch], cwd=folder, capture_output=True, check=False)
        said += _opinions(done.stdout.decode() + "\n" + done.stderr.decode(errors="replace"), batch)
    return said


def _opinions(said: str, names: list[str]) -> list[str]:
    """The opinion on each file; a file that is not named as verified or failed could not be read."""
    errors: dict[str, str] = {}
    accepted: set[str] = set()
    last: str | None = None
    for line in said.splitlines():
        error = _ERROR.match(line)
        if error is not None:
            last = last or error[2]
        elif (found := _FILE.search(line)) is not None:
            name = found[0]
            if line.endswith(": OK"):
                accepted.add(name)
            elif line.endswith("verification failed"):
                errors[name] = last or "failed without a word"
                last = None
    return ["ok" if each in accepted else errors.get(each, "unreadable") for each in names]


def _pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{encodebytes(der).decode()}-----END CERTIFICATE-----\n"

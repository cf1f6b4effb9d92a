"""What `openssl ocsp` says of thousands of answers: one process each, some at a time, since it takes one at a time."""

import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_COMMAND = "openssl ocsp -issuer issuer.pem -sha256 -cert leaf.pem -CAfile issuer.pem -no-CApath -no-CAstore"
_STATUS = re.compile(r"^(?:leaf\.pem: )?(good|revoked|unknown)$", re.MULTILINE)
_ERROR = re.compile(r":error:[0-9A-F]+:(?P<words>[^:]*:[^:]*:[^:]*):")
_SAID = re.compile(r"Verify error: ?(?P<words>.*)")
_AT_A_TIME = 2


def judge_answers(
    folder: Path, issuer: x509.Certificate, leaf: bytes, answers: Sequence[bytes], *options: str
) -> list[str]:
    """Return for each answer `good`, `revoked`, `unknown`, or why OpenSSL holds it for none of them."""
    (folder / "issuer.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
    (folder / "leaf.pem").write_bytes(x509.load_der_x509_certificate(leaf).public_bytes(Encoding.PEM))

    def judge(number: int) -> str:
        name = f"{number:05}.der"
        (folder / name).write_bytes(answers[number])
        done = subprocess.run(
            [*_COMMAND.split(), "-no_nonce", "-validity_period", "0", "-respin", name, *options],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        return _opinion(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(judge, range(len(answers))))


def _opinion(said: str, errors: str) -> str:
    """One word if it was believed; else the first words of why not."""
    if "Response verify OK" not in errors:
        words = _SAID.search(errors) or _ERROR.search(errors)
        first = words["words"] if words else (said or errors).strip().partition("\n")[0]
        return f"refused: {first}"
    if "Status times invalid" in said:
        return f"times: {(_ERROR.search(said) or [''])[0]}"
    status = _STATUS.search(said)
    return status[1] if status else f"none: {said.strip().partition(chr(10))[0]}"

"""The JDK's keytool, the only one who writes and reads Java key stores here: the format is the JDK's own."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.errors import ConfigurationError

PASSWORD = "KAZASHI_STORE_PASSWORD"  # noqa: S105  (the variable's name: a process list shows arguments, not this)
PATIENCE_SECONDS = 120
SHORTEST_PASSWORD = 6
"""keytool refuses shorter ones."""
_ALIAS = re.compile(r"^Alias name: (.*)$", re.MULTILINE)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class KeytoolMissing(ConfigurationError):
    """There is no keytool: what it would have read or written is left out."""


def find_keytool() -> str:
    """Return the path of keytool: on PATH, or of $JAVA_HOME; KeytoolMissing when there is none."""
    java_home = os.environ.get("JAVA_HOME")
    beside = shutil.which("keytool", path=str(Path(java_home) / "bin")) if java_home else None
    found = shutil.which("keytool") or beside
    if found is None:
        raise KeytoolMissing("keytool: expected on PATH or in $JAVA_HOME/bin, actual none; install a JDK")
    return found


def convert_to_jks(pkcs12: Path, jks: Path, password: str) -> None:
    """Write the entries of a PKCS#12 trust store as a Java key store of type JKS, with the same password."""
    _run(
        "-importkeystore",
        "-noprompt",
        *("-srckeystore", str(pkcs12), "-srcstoretype", "PKCS12", "-srcstorepass:env", PASSWORD),
        *("-destkeystore", str(jks), "-deststoretype", "JKS", "-deststorepass:env", PASSWORD),
        about=pkcs12,
        password=password,
    )


def list_certificates(store: Path, password: str | None) -> list[tuple[str, str]]:
    """Return each certificate of a key store as (alias, PEM), those of a private key's chain too.

    Without a password keytool lists JKS all the same; only the store's checksum goes unchecked.
    """
    secret = ["-storepass:env", PASSWORD] if password is not None else []
    said = _run("-list", "-rfc", "-keystore", str(store), *secret, about=store, password=password)
    parts = _ALIAS.split(said)[1:]
    aliases = zip(parts[0::2], parts[1::2], strict=True)
    return [(alias.strip(), pem) for alias, text in aliases for pem in _CERTIFICATE.findall(text)]


def _run(*arguments: str, about: Path, password: str | None) -> str:
    """Return what keytool said on stdout, in English; an empty line answers when it asks for a password."""
    command = [find_keytool(), "-J-Duser.language=en", "-J-Dstdout.encoding=UTF-8", *arguments]
    environment = {**os.environ, **({} if password is None else {PASSWORD: password})}
    try:
        done = subprocess.run(
            command, input=b"\n", capture_output=True, env=environment, check=False, timeout=PATIENCE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise ConfigurationError(f"{about}: keytool: expected an answer, actual {fault}") from fault
    said = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        words = " ".join((said + done.stderr.decode(errors="replace")).split())[-300:]
        raise ConfigurationError(
            f"{about}: expected a key store that keytool reads, actual: {words}; name its password with --password"
        )
    return said

"""How an entry is taken out of a trust store: the commands of the store's own program, in English and Japanese."""

import shlex
from pathlib import Path

from harness.trust.entries import Entry, Form

DEBIAN_BUNDLES = Path("/etc/ssl/certs")
DEBIAN_SOURCES = "/usr/local/share/ca-certificates"
"""update-ca-certificates(8) makes the former of the latter: a line deleted in the former comes back."""


def how_to_remove(path: Path, entry: Entry) -> tuple[str, str]:
    """Return what to do, in English and in Japanese."""
    file = shlex.quote(str(path))
    if path.is_relative_to(DEBIAN_BUNDLES):
        command = "update-ca-certificates --fresh"
        return (
            f"delete its file below {DEBIAN_SOURCES}, then run: {command}",
            f"{DEBIAN_SOURCES} の該当ファイルを消し、{command} を実行する",
        )
    match entry.form:
        case Form.PKCS12 | Form.JAVA if entry.alias:
            command = f"keytool -delete -alias {shlex.quote(entry.alias)} -keystore {file}"
            if entry.form is Form.JAVA:
                return f"run: {command}", f"実行: {command}"
            return (  # keytool knows only the entries that Java made, or that are marked as trusted for Java
                f"run: {command}; where keytool does not list it, make {file} anew without it",
                f"実行: {command}(keytool の一覧にない場合は、これを除いて {file} を作り直す)",
            )
        case Form.PEM:
            return f"delete {entry.place} of {file}", f"{file} の {entry.place} を削除する"
        case Form.DER:
            return f"delete {file}", f"{file} を削除する"
    return f"make {file} anew without {entry.place}", f"{entry.place} を除いて {file} を作り直す"

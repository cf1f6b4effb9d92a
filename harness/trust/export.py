"""Writing the trust material into a folder: built whole in memory, then written; what is not ours stays untouched."""

import hashlib
from pathlib import Path

import msgspec

from harness.errors import ConfigurationError
from harness.trust.hosts import hosts_lines, status_hosts
from harness.trust.keytool import KeytoolMissing
from harness.trust.material import Material
from harness.trust.readme import readme
from harness.trust.stores import DEFAULT_PASSWORD, build_jks, build_pkcs12, check_password
from harness.trust.windows import IMPORT_NAME, REMOVE_NAME, import_script, remove_script

FORMAT = "kazashi-trust-export/1"
MANIFEST = "manifest.json"
READABLE_FILE, READABLE_FOLDER = 0o644, 0o755
"""Nothing here is secret, and the product under test often runs as another user."""


class AuthorityLine(msgspec.Struct, frozen=True):
    """An exported authority as the manifest names it."""

    name: str
    kind: str
    subject: str
    not_after: str
    sha256: str
    thumbprint_sha1: str


class IssuerKeyLine(msgspec.Struct, frozen=True):
    """An exported card-issuer key as the manifest names it; `sha256` is of its DER SubjectPublicKeyInfo."""

    name: str
    key_id: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What an export holds: anchors, and every file with its SHA-256."""

    format: str
    authorities: list[AuthorityLine]
    card_issuers: list[IssuerKeyLine]
    left_out: dict[str, str]
    files: dict[str, str]

    def same_anchors(self, other: "Manifest") -> bool:
        """Whether both are exports of the same anchors."""
        return (self.authorities, self.card_issuers) == (other.authorities, other.card_issuers)


def export(found: Material, folder: Path, password: str | None = None) -> Manifest:
    """Write everything into `folder` and return its manifest.

    ConfigurationError when the folder holds something else. Another world's export counts as something else: its
    remove-windows.ps1 is the only one that knows what was imported from it.
    """
    check_password(password or DEFAULT_PASSWORD)
    files, left_out = _files(found, password)
    manifest = Manifest(
        FORMAT,
        [
            AuthorityLine(
                one.name,
                one.kind,
                one.certificate.subject.rfc4514_string(),
                one.certificate.not_valid_after_utc.isoformat(),
                one.sha256,
                one.thumbprint,
            )
            for one in found.authorities
        ],
        [IssuerKeyLine(key.name, key.key_id.hex(), key.sha256) for key in found.issuer_keys],
        left_out,
        {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    )
    try:
        stale = _check_folder(folder, manifest)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(READABLE_FOLDER)
        for name in stale:
            (folder / name).unlink()
        for name, content in files.items():
            _write(folder / name, content)
        _write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    except OSError as fault:
        raise ConfigurationError(f"{folder}: expected a folder to write, actual {fault.strerror}") from fault
    return manifest


def _files(found: Material, password: str | None) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return every file but the manifest, and what is left out with the reason."""
    secret = password or DEFAULT_PASSWORD
    hosts = list(status_hosts())
    store = build_pkcs12(found.authorities, secret)
    files = {f"{one.name}.pem": one.pem for one in found.authorities}
    files |= {f"{one.name}.cer": one.der for one in found.authorities}
    files |= {f"{key.name}.pem": key.pem for key in found.issuer_keys}
    files |= {
        "authorities.pem": b"".join(one.pem for one in found.authorities),
        "truststore.p12": store,
        IMPORT_NAME: import_script(found.authorities),
        REMOVE_NAME: remove_script(found.authorities),
        "hosts": hosts_lines(hosts),
    }
    left_out: dict[str, str] = {}
    try:
        files["truststore.jks"] = build_jks(store, secret)
    except KeytoolMissing as fault:
        left_out["truststore.jks"] = str(fault)
    said = None if password else DEFAULT_PASSWORD
    files["README.txt"] = readme(found, hosts, password=said, with_jks=not left_out)
    return files, left_out


def _check_folder(folder: Path, manifest: Manifest) -> list[str]:
    """Return the files of an earlier export of the same anchors, to be written anew; refuse anything else."""
    if not folder.exists():
        return []
    there = sorted(path.name for path in folder.iterdir())
    if not there:
        return []
    earlier = _earlier(folder)
    foreign = [name for name in there if name != MANIFEST and _hash(folder / name) != earlier.files.get(name)]
    if foreign:
        raise ConfigurationError(
            f"{folder}: expected nothing but an unchanged export, actual also {', '.join(foreign[:5])}; "
            "name another folder"
        )
    if not earlier.same_anchors(manifest):
        raise ConfigurationError(
            f"{folder}: expected an export of these anchors, actual of others; name another folder, or remove this one "
            f"once its {REMOVE_NAME} has run wherever they were imported"
        )
    return [name for name in there if name != MANIFEST]


def _earlier(folder: Path) -> Manifest:
    try:
        earlier = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(
            f"{folder}: expected an empty folder or an earlier export, actual no {MANIFEST} of one; name another folder"
        ) from fault
    if earlier.format != FORMAT:
        raise ConfigurationError(
            f"{folder / MANIFEST}: expected {FORMAT}, actual {earlier.format!r}; name another folder"
        )
    return earlier


def _hash(path: Path) -> str | None:
    """Return the SHA-256 of a plain file; None for a folder, a link or anything else that no export makes."""
    if path.is_symlink() or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(READABLE_FILE)

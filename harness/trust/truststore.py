"""Which certificates of a trust store were made by a Kazashi installation, this one or another.

Every certificate that Kazashi makes carries the marker extension (harness/jlis/profiles.py): that is what tells. A bare
public key (a card-issuer anchor) has no room for a marker: of those only this installation's own can be told.
"""

import hashlib
import os
from enum import Enum
from pathlib import Path

import msgspec
from asn1crypto import x509 as asn1

from harness.errors import ConfigurationError
from harness.home import home as this_home
from harness.jlis.profiles import MARKER_OID
from harness.trust.entries import Entry, NoTrustMaterial, UnknownForm, extension_oids, read_entries
from harness.trust.installation import own_keys
from harness.trust.keytool import KeytoolMissing
from harness.trust.remedy import how_to_remove


class Whose(Enum):
    """Who made what was found."""

    OURS = "this installation"
    ANOTHER = "another installation of Kazashi, or an earlier home of this one"
    UNREAD = "not looked into"
    """Nobody knows: the file is a trust store that only a missing program reads, or of no form known here."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that should not be in a productive trust store, or one that could not be looked into."""

    file: str
    place: str
    whose: Whose
    what: str
    """The subject of the certificate, the name of the key, or why the file was not looked into."""
    sha256: str
    """Of the certificate's or the key's DER; empty for what was not looked into."""
    thumbprint: str
    """SHA-1 of the certificate's DER, Windows' name for it; empty for anything else."""
    remove_en: str
    remove_ja: str


def find_ours(path: Path, password: str | None = None, *, home: Path | None = None) -> list[Finding]:
    """Return what Kazashi made in a trust store, or in each file of a folder; ours are told by the keys in `home`.

    ConfigurationError when a store cannot be read: that is never "nothing found". A Java key store on a machine without
    keytool, and in a folder a file of unknown form, is a finding of its own that says so.
    """
    if not path.is_dir():
        return _in_file(path, password, home or this_home())
    found, looked_into = [], 0
    for file in _files(path):
        try:
            found += _in_file(file, password, home or this_home())
            looked_into += 1
        except NoTrustMaterial:
            continue  # a README among certificates: nobody could load anything from it
        except UnknownForm as fault:
            found.append(_unread(file, str(fault), "find out what it is", "何のファイルかを確かめる"))
            looked_into += 1
    if not looked_into:
        raise ConfigurationError(f"{path}: expected a folder of certificates, actual none in it")
    return found


def _files(folder: Path) -> list[Path]:
    """Return each plain file below `folder` once, under its own name rather than that of a link to it.

    A link to nothing is nothing to anybody who loads the folder.
    """

    def refuse(fault: OSError) -> None:
        raise ConfigurationError(f"{fault.filename}: expected a folder to read, actual {fault.strerror}") from fault

    below = [Path(at) / name for at, _, names in os.walk(folder, onerror=refuse) for name in names]
    named: dict[Path, Path] = {}
    for path in sorted(below, key=lambda one: (one.is_symlink(), _is_second_name(one), one)):
        if path.is_file():
            named.setdefault(path.resolve(), path)
    return sorted(named.values())


def _is_second_name(path: Path) -> bool:
    """Whether a link leads to its neighbour, as those do that c_rehash makes of hashes."""
    return path.is_symlink() and path.readlink().parent == Path()


def _in_file(path: Path, password: str | None, home: Path) -> list[Finding]:
    try:
        entries = read_entries(path, password)
    except KeytoolMissing as fault:
        return [_unread(path, str(fault), "install a JDK and look again", "JDK(keytool)を入れてもう一度確認する")]
    suspects = [entry for entry in entries if entry.certificate is None or _is_marked(entry.certificate)]
    ours = own_keys(home) if suspects else {}
    return [_finding(path, entry, ours) for entry in suspects if entry.certificate or entry.spki in ours]


def _is_marked(certificate: bytes) -> bool:
    return MARKER_OID.dotted_string in extension_oids(certificate)


def _finding(path: Path, entry: Entry, ours: dict[bytes, str]) -> Finding:
    whose = Whose.OURS if entry.spki in ours else Whose.ANOTHER
    der = entry.certificate or entry.spki
    if entry.certificate is None:
        what = f"public key {ours[entry.spki]!r}"
    else:
        what = str(asn1.Certificate.load(entry.certificate).subject.human_friendly)
    thumbprint = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper() if entry.certificate else ""
    en, ja = how_to_remove(path, entry)
    return Finding(str(path), entry.place, whose, what, hashlib.sha256(der).hexdigest(), thumbprint, en, ja)


def _unread(path: Path, why: str, en: str, ja: str) -> Finding:
    return Finding(str(path), "the whole file", Whose.UNREAD, why, "", "", en, ja)

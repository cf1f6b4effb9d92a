"""`kazashi trust export`: OpenSSL, keytool and Java take what it writes, no private key is in it, nothing is lost."""

import hashlib
import json
import os
import re
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.trust.export import export
from harness.trust.hosts import status_hosts
from harness.trust.material import Material
from harness.trust.stores import DEFAULT_PASSWORD
from harness.world import World
from tests.harness.openssl import at, openssl
from tests.trust.conftest import Installation, Run
from tests.trust.java import java, keytool, need

CHAIN_CHECK = Path(__file__).with_name("ChainCheck.java")


def leaf_file(here: Installation, kind: Kind, folder: Path) -> Path:
    """Return a leaf of the card as a DER file."""
    path = folder / f"leaf-{kind.value}.cer"
    path.write_bytes(here.leaves[kind])
    return path


def instant(world: World) -> str:
    """Return the world's instant as Java reads it."""
    return world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def test_command_writes_everything(here: Installation, run: Run, tmp_path: Path) -> None:
    """The command writes each format of the world that is up, and the manifest tells every file's true SHA-256."""
    need("keytool")
    out = tmp_path / "out"
    assert run("export", "--out", out).code == 0
    manifest = json.loads((out / "manifest.json").read_bytes())
    key_ids = [key_id.hex() for key_id, _ in here.world.trust().card_issuers]
    assert {path.name for path in out.iterdir()} == {
        *(f"{kind}-ca{number}.{form}" for kind in Kind for number in ("", "-2", "-3") for form in ("pem", "cer")),
        *("authorities.pem", *(f"card-issuer-{key_id}.pem" for key_id in key_ids)),
        *("truststore.p12", "truststore.jks", "import-windows.ps1", "remove-windows.ps1", "hosts"),
        *("README.txt", "manifest.json"),
    }
    assert manifest["files"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.iterdir())
        if path.name != "manifest.json"
    }
    anchors = here.world.trust().anchors()
    assert [line["kind"] for line in manifest["authorities"]] == [kind.value for kind, _ in anchors]
    for line, (_, der) in zip(manifest["authorities"], anchors, strict=True):
        assert (out / f"{line['name']}.cer").read_bytes() == der
        assert line["sha256"] == hashlib.sha256(der).hexdigest()
        assert line["thumbprint_sha1"] == hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def test_files_are_readable_by_others(found: Material, tmp_path: Path) -> None:
    """A product that runs as another user can read the export, whatever the umask of whoever wrote it."""
    before = os.umask(0o077)
    try:
        export(found, tmp_path / "out")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o644}


def test_no_private_key(here: Installation, found: Material, tmp_path: Path) -> None:
    """No file holds a private key: no label, no secret number of any key of the installation, no key bag."""
    export(found, tmp_path)
    primes = [
        prime.to_bytes(128, "big")
        for name in ("authority-auth", "authority-sign", "card-issuer")
        for numbers in (here.world._keys.named(name).private_numbers(),)
        for prime in (numbers.p, numbers.q)
    ]
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"PRIVATE" not in content
        assert not [prime for prime in primes if prime in content]
    assert load_pkcs12((tmp_path / "truststore.p12").read_bytes(), DEFAULT_PASSWORD.encode()).key is None
    code, said = openssl("pkcs12", "-in", tmp_path / "truststore.p12", "-passin", f"pass:{DEFAULT_PASSWORD}", "-nodes")
    assert (code, said.count("BEGIN CERTIFICATE"), "PRIVATE" in said) == (0, 6, False)


@pytest.mark.parametrize("anchors", ["authorities.pem", "{kind}-ca.pem"])
@pytest.mark.parametrize("kind", list(Kind))
def test_openssl_verifies_with_the_pem(
    here: Installation, found: Material, tmp_path: Path, kind: Kind, anchors: str
) -> None:
    """`openssl verify` believes a real leaf by the bundle and by its authority's own file, not by the other's."""
    export(found, tmp_path / "out")
    leaf = leaf_file(here, kind, tmp_path)
    options = [*at(here.world.clock.now()), "-no-CApath", "-no-CAstore"]
    good = tmp_path / "out" / anchors.format(kind=kind.value)
    assert openssl("verify", *options, "-CAfile", good, leaf) == (0, f"{leaf}: OK\n")
    other = tmp_path / "out" / f"{'sign' if kind is Kind.AUTH else 'auth'}-ca.pem"
    assert openssl("verify", *options, "-CAfile", other, leaf)[0] != 0


@pytest.mark.parametrize("store", ["truststore.p12", "truststore.jks"])
def test_keytool_lists_trusted_entries(found: Material, tmp_path: Path, store: str) -> None:
    """`keytool -list` reads both stores and shows both authorities as trusted, with the manifest's fingerprints."""
    need("keytool")
    manifest = export(found, tmp_path)
    code, said = keytool("-list", "-keystore", tmp_path / store, "-storepass", DEFAULT_PASSWORD)
    assert code == 0, said
    assert f"Keystore type: {'JKS' if store.endswith('jks') else 'PKCS12'}" in said
    assert said.count("trustedCertEntry") == 6
    for line in manifest.authorities:
        assert f"kazashi-{line.name}, " in said
        assert ":".join(re.findall("..", line.sha256.upper())) in said


def test_jks_is_a_jks(found: Material, tmp_path: Path) -> None:
    """The Java key store is one by its own magic, not a PKCS#12 file under another name."""
    need("keytool")
    export(found, tmp_path)
    assert (tmp_path / "truststore.jks").read_bytes()[:4].hex() == "feedfeed"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("form", "store"), [("PKCS12", "truststore.p12"), ("JKS", "truststore.jks")])
def test_java_validates_a_leaf(  # noqa: PLR0917  (fixtures and a table)
    here: Installation, found: Material, tmp_path: Path, form: str, store: str, kind: Kind
) -> None:
    """Java's PKIX validates a real leaf by each exported store."""
    export(found, tmp_path / "out")
    leaf = leaf_file(here, kind, tmp_path)
    code, said = java(CHAIN_CHECK, form, tmp_path / "out" / store, DEFAULT_PASSWORD, leaf, instant(here.world))
    assert (code, said.split()[0]) == (0, "VALID"), said


def test_java_refuses_a_stranger(here: Installation, found: Material, stranger_ca: bytes, tmp_path: Path) -> None:
    """By a store that lacks its authority Java refuses the same leaf: the check above can fail."""
    authority = x509.load_der_x509_certificate(stranger_ca)
    others = tuple(type(one)(one.name, one.kind, authority) for one in found.authorities[:1])
    export(Material(others, found.issuer_keys), tmp_path / "out")
    leaf = leaf_file(here, Kind.AUTH, tmp_path)
    store = tmp_path / "out" / "truststore.p12"
    code, said = java(CHAIN_CHECK, "PKCS12", store, DEFAULT_PASSWORD, leaf, instant(here.world))
    assert (code, said.split()[0]) == (1, "INVALID"), said


def test_card_issuer_key(here: Installation, found: Material, tmp_path: Path) -> None:
    """The card-issuer keys are the world's, as PEM: the visual application's and the text application's, by key id."""
    export(found, tmp_path)
    issuers = here.world.trust().card_issuers
    assert [key_id[:7] for key_id, _ in issuers] == [b"6000023", b"6000033"]
    for key_id, spki in issuers:
        key = load_pem_public_key((tmp_path / f"card-issuer-{key_id.hex()}.pem").read_bytes())
        assert key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == spki


def test_hosts_lines(here: Installation, found: Material, tmp_path: Path) -> None:
    """The hosts lines name the host of the address that stands in a real authentication certificate."""
    export(found, tmp_path)
    access = x509.load_der_x509_certificate(here.card.auth_certificate).extensions.get_extension_for_class(
        x509.AuthorityInformationAccess
    )
    (host,) = (one.access_location.value.removeprefix("http://") for one in access.value)
    lines = [line for line in (tmp_path / "hosts").read_text().splitlines() if not line.startswith("#")]
    assert f"127.0.0.1 {host}" in lines
    assert lines == [f"127.0.0.1 {name}" for name in status_hosts()]


def test_readme_names_every_file(found: Material, tmp_path: Path) -> None:
    """README.txt explains each file in both languages and warns of the JVM-wide trust store."""
    export(found, tmp_path)
    text = (tmp_path / "README.txt").read_text(encoding="utf-8-sig")
    listed = ", ".join(re.findall(r"^(\S.*)\n    \S", text.partition("日本語\n")[0], re.MULTILINE)).split(", ")
    assert sorted([*listed, "README.txt"]) == sorted(path.name for path in tmp_path.iterdir())
    assert text.count("javax.net.ssl.trustStore") == 2
    assert text.count("setPolicyQualifiersRejected(false)") == 2
    assert text.count(DEFAULT_PASSWORD) == 2
    assert "{" not in text


def test_own_password(found: Material, tmp_path: Path) -> None:
    """A password of the user's own opens both stores, the usual one does not, and no file tells it."""
    need("keytool")
    export(found, tmp_path, "my own secret")
    for store in ("truststore.p12", "truststore.jks"):
        assert keytool("-list", "-keystore", tmp_path / store, "-storepass", "my own secret")[0] == 0
        assert keytool("-list", "-keystore", tmp_path / store, "-storepass", DEFAULT_PASSWORD)[0] != 0
    assert not [path for path in tmp_path.iterdir() if b"my own secret" in path.read_bytes()]


@pytest.mark.parametrize("password", ["short", "パスワード六文字", "new\nline"])
def test_bad_password(found: Material, tmp_path: Path, password: str) -> None:
    """A password that keytool or another program would not take is refused before anything is written."""
    with pytest.raises(ConfigurationError, match="--password: expected at least 6 printable ASCII"):
        export(found, tmp_path / "out", password)
    assert not (tmp_path / "out").exists()


def test_without_keytool(found: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a JDK the rest is written; manifest and README say that the JKS is left out and how to make it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    manifest = export(found, tmp_path / "out")
    assert not (tmp_path / "out" / "truststore.jks").exists()
    assert "install a JDK" in manifest.left_out["truststore.jks"]
    assert (tmp_path / "out" / "README.txt").read_text(encoding="utf-8-sig").count("keytool -importkeystore") == 2


def test_again_into_the_same_folder(found: Material, tmp_path: Path) -> None:
    """The same anchors are written over their own earlier export, and a file that is no longer made goes away."""
    export(found, tmp_path / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        patch.delenv("JAVA_HOME", raising=False)
        manifest = export(found, tmp_path / "out")
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there == {*manifest.files, "manifest.json"}
    assert "truststore.jks" not in there


def test_foreign_content_stays(found: Material, tmp_path: Path) -> None:
    """A folder with anything else in it is refused, and stays as it was: a note, a changed file, another manifest."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"expected an empty folder or an earlier export"):
        export(found, tmp_path / "notes")
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["mine.txt"]

    export(found, tmp_path / "out")
    changed = tmp_path / "out" / "hosts"
    changed.write_text("127.0.0.1 mine\n")
    with pytest.raises(ConfigurationError, match=r"nothing but an unchanged export, actual also hosts"):
        export(found, tmp_path / "out")
    assert changed.read_text() == "127.0.0.1 mine\n"

    (tmp_path / "notes" / "manifest.json").write_text('{"format": "of somebody else"}')
    with pytest.raises(ConfigurationError, match=r"expected an empty folder or an earlier export"):
        export(found, tmp_path / "notes")


def test_export_of_other_anchors_stays(found: Material, stranger_ca: bytes, tmp_path: Path) -> None:
    """Another world's export is not written over: only its own script knows what was imported from it."""
    export(found, tmp_path)
    before = (tmp_path / "remove-windows.ps1").read_bytes()
    authority = x509.load_der_x509_certificate(stranger_ca)
    others = tuple(type(one)(one.name, one.kind, authority) for one in found.authorities)
    with pytest.raises(ConfigurationError, match=r"expected an export of these anchors, actual of others"):
        export(Material(others, found.issuer_keys), tmp_path)
    assert (tmp_path / "remove-windows.ps1").read_bytes() == before


def test_a_file_where_the_folder_should_be(found: Material, tmp_path: Path) -> None:
    """A file in the folder's place is one line, not a traceback."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ConfigurationError, match="expected a folder to write, actual Not a directory"):
        export(found, tmp_path / "out")


def test_without_a_world(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a world the command says how to start one, and writes nothing."""
    monkeypatch.setenv("KAZASHI_HOME", str(tmp_path / "home"))
    done = run("export", "--out", tmp_path / "out")
    assert done.code == 2
    assert "start one with `kazashi up`" in done.refused
    assert not (tmp_path / "out").exists()

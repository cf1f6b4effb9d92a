"""What Kazashi left in trust stores of every format and maker is found; one that cannot be read is no "nothing"."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.trust.export import export
from harness.trust.material import Material
from harness.trust.truststore import Finding, Whose, find_ours
from tests.harness.openssl import openssl
from tests.trust.conftest import Installation, Run
from tests.trust.java import keytool, leave_out, need

SECRET = "a password of its own"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A certificate (PEM) that OpenSSL made, of somebody who has nothing to do with Kazashi."""
    path = tmp_path / "clean.pem"
    code, said = openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "clean.key", "-out", path),
        *("-subj", "/C=JP/O=JPKI-TEST/CN=by its name alone", "-days", "2"),
    )
    assert code == 0, said
    return path


@pytest.fixture
def ours(found: Material, tmp_path: Path) -> Path:
    """The export of this installation."""
    export(found, tmp_path / "ours")
    return tmp_path / "ours"


@pytest.fixture
def stranger(stranger_ca: bytes, tmp_path: Path) -> Path:
    """The authority of another installation, as PEM."""
    path = tmp_path / "stranger.pem"
    path.write_bytes(x509.load_der_x509_certificate(stranger_ca).public_bytes(Encoding.PEM))
    return path


def told(findings: list[Finding]) -> list[tuple[str, Whose]]:
    """Return where each finding is and whose it is."""
    return [(finding.place, finding.whose) for finding in findings]


def joined(path: Path, *parts: Path) -> Path:
    """Return a file of the contents of others."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_pem_bundle(clean: Path, ours: Path, stranger: Path, tmp_path: Path) -> None:
    """In a bundle each certificate of Kazashi is named with block, lines and whose it is; the clean one is not."""
    bundle = joined(tmp_path / "bundle.crt", clean, ours / "auth-ca.pem", clean, stranger)
    first, second = find_ours(bundle)
    lines = bundle.read_text().splitlines()
    assert first.place.startswith("block 2, lines ")
    begin, end = map(int, first.place.rsplit(" ", 1)[1].split("-"))
    assert (lines[begin - 1], lines[end - 1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
    assert (first.whose, second.whose) == (Whose.OURS, Whose.ANOTHER)
    assert "JPKI-TEST" in first.what
    assert first.place in first.remove_en
    assert first.place in first.remove_ja


def test_names_alone_tell_nothing(clean: Path) -> None:
    """A certificate of somebody else that is called O=JPKI-TEST is nobody's finding: the marker tells, not the name."""
    assert find_ours(clean) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_der(here: Installation, ours: Path, tmp_path: Path, kind: Kind) -> None:
    """A DER file is found with the fingerprints of the manifest, and so is a leaf: every certificate has the marker."""
    line = next(
        one for one in json.loads((ours / "manifest.json").read_bytes())["authorities"] if one["kind"] == kind.value
    )
    (finding,) = find_ours(ours / f"{kind.value}-ca.cer")
    assert (finding.sha256, finding.thumbprint) == (line["sha256"], line["thumbprint_sha1"])
    assert finding.remove_en == f"delete {ours / f'{kind.value}-ca.cer'}"
    (tmp_path / "leaf").write_bytes(here.leaves[kind])
    assert told(find_ours(tmp_path / "leaf")) == [("the whole file", Whose.OURS)]


def test_own_exports(ours: Path) -> None:
    """Our own PKCS#12 and JKS are found without naming their password: it is one of the usual ones."""
    need("keytool")
    for store in ("truststore.p12", "truststore.jks"):
        assert told(find_ours(ours / store)) == [
            (f"alias kazashi-{kind}-ca{number}", Whose.OURS) for kind in ("auth", "sign") for number in ("", "-2", "-3")
        ]


def test_pkcs12_of_openssl(clean: Path, ours: Path, stranger: Path, tmp_path: Path) -> None:
    """In a store made by `openssl pkcs12`, with a key of its owner in it, both of Kazashi are found."""
    more = joined(tmp_path / "more.pem", ours / "sign-ca.pem", stranger)
    store = tmp_path / "store.p12"
    code, said = openssl(
        *("pkcs12", "-export", "-in", clean, "-inkey", tmp_path / "clean.key", "-certfile", more),
        *("-caname", "first", "-caname", "second", "-passout", f"pass:{SECRET}", "-out", store),
    )
    assert code == 0, said
    assert sorted(told(find_ours(store, SECRET)), key=str) == [
        ("alias first", Whose.OURS),
        ("alias second", Whose.ANOTHER),
    ]
    with pytest.raises(
        ConfigurationError, match="does not open with the usual passwords; name its own with --password"
    ):
        find_ours(store)
    with pytest.raises(ConfigurationError, match="does not open with the given password"):
        find_ours(store, "another")


def test_old_pkcs12_of_openssl(clean: Path, ours: Path, tmp_path: Path) -> None:
    """RC2 of forty bits, which old programs wrote, is read too; without names the certificates are numbered."""
    store = tmp_path / "old.p12"
    code, said = openssl(
        *("pkcs12", "-export", "-legacy", "-in", clean, "-inkey", tmp_path / "clean.key"),
        *("-certfile", ours / "auth-ca.pem", "-passout", "pass:", "-out", store),
    )
    if code != 0:
        leave_out(f"this OpenSSL has no legacy provider: {said.strip()}")
    assert told(find_ours(store)) == [("certificate 2", Whose.OURS)]


@pytest.mark.parametrize("form", ["JKS", "PKCS12", "JCEKS"])
def test_stores_of_keytool(clean: Path, ours: Path, tmp_path: Path, form: str) -> None:
    """In a store that keytool filled, ours is found under its alias, and the command that we name removes it."""
    need("keytool")
    store = tmp_path / "store"
    for alias, file in (("clean", clean), ("it's ours", ours / "auth-ca.cer")):
        code, said = keytool(
            *("-importcert", "-noprompt", "-alias", alias, "-file", file, "-keystore", store),
            *("-storetype", form, "-storepass", SECRET),
        )
        assert code == 0, said
    (finding,) = find_ours(store, SECRET)
    assert (finding.place, finding.whose) == ("alias it's ours", Whose.OURS)
    command = finding.remove_en.removeprefix("run: ").split(";")[0]
    done = subprocess.run(["sh", "-c", f"{command} -storepass '{SECRET}'"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert find_ours(store, SECRET) == []


def test_java_store_needs_no_password_to_look(ours: Path, tmp_path: Path) -> None:
    """JKS lists its certificates without a password; a wrong one is refused, not taken for an empty store."""
    need("keytool")
    store = tmp_path / "store.jks"
    arguments = ("-keystore", store, "-storetype", "JKS", "-storepass", SECRET)
    keytool("-importcert", "-noprompt", "-alias", "ours", "-file", ours / "sign-ca.cer", *arguments)
    assert told(find_ours(store)) == [("alias ours", Whose.OURS)]
    with pytest.raises(ConfigurationError, match="password was incorrect"):
        find_ours(store, "another")


def test_java_store_without_keytool(ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without keytool a Java key store is a finding that says it was not looked into."""
    need("keytool")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (finding,) = find_ours(ours / "truststore.jks")
    assert finding.whose is Whose.UNREAD
    assert "install a JDK" in finding.what
    assert "JDK" in finding.remove_ja


@pytest.mark.parametrize("outform", ["PEM", "DER"])
def test_pkcs7_of_openssl(clean: Path, ours: Path, tmp_path: Path, outform: str) -> None:
    """In the certificates-only PKCS#7 of `openssl crl2pkcs7` ours is found by its number."""
    store = tmp_path / "store.p7b"
    made = ("-certfile", clean, "-certfile", ours / "auth-ca.pem", "-outform", outform, "-out", store)
    assert openssl("crl2pkcs7", "-nocrl", *made)[0] == 0
    (finding,) = find_ours(store)
    assert finding.place.endswith("certificate 2")


def test_trusted_certificate_of_openssl(ours: Path, tmp_path: Path) -> None:
    """OpenSSL's TRUSTED CERTIFICATE, with whom it is trusted for behind it, is a certificate like any other."""
    store = tmp_path / "trusted.pem"
    openssl("x509", "-in", ours / "auth-ca.pem", "-addtrust", "clientAuth", "-trustout", "-out", store)
    assert b"BEGIN TRUSTED CERTIFICATE" in store.read_bytes()
    assert told(find_ours(store))[0][1] is Whose.OURS


def test_card_issuer_key(here: Installation, ours: Path, tmp_path: Path) -> None:
    """Our card-issuer key is found by itself, PEM and DER; a stranger's key, which can bear no marker, is not."""
    files = sorted(ours.glob("card-issuer-*.pem"))
    for file, name in zip(files, ("card-issuer", "card-issuer-text"), strict=True):
        (finding,) = find_ours(file)
        assert (finding.whose, finding.what) == (Whose.OURS, f"public key {name!r}")
    (tmp_path / "key").write_bytes(here.world.trust().card_issuers[0][1])
    assert told(find_ours(tmp_path / "key")) == [("the whole file", Whose.OURS)]
    openssl("pkey", "-in", tmp_path / "key", "-inform", "DER", "-pubin", "-out", tmp_path / "same.pem")
    assert len(find_ours(tmp_path / "same.pem")) == 1
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", tmp_path / "other.key")
    openssl("pkey", "-in", tmp_path / "other.key", "-pubout", "-out", tmp_path / "other.pem")
    assert find_ours(tmp_path / "other.pem") == []


def test_folder(clean: Path, ours: Path, stranger: Path, tmp_path: Path) -> None:
    """A folder as OpenSSL keeps it: each file once whatever links lead to it, below too, and a README is no fault."""
    folder = tmp_path / "certs"
    (folder / "below").mkdir(parents=True)
    shutil.copy(clean, folder / "clean.pem")
    shutil.copy(ours / "auth-ca.pem", folder / "found.pem")
    shutil.copy(stranger, folder / "below" / "deeper.crt")
    (folder / "README").write_text("about these certificates")
    (folder / "dangling").symlink_to(folder / "nowhere")
    (folder / "outside.pem").symlink_to(ours / "sign-ca.pem")
    assert openssl("rehash", folder)[0] == 0
    assert len([path for path in folder.iterdir() if path.is_symlink()]) > 3
    assert sorted((Path(finding.file).name, finding.whose) for finding in find_ours(folder)) == [
        ("deeper.crt", Whose.ANOTHER),
        ("found.pem", Whose.OURS),
        ("outside.pem", Whose.OURS),
    ]


def test_folder_with_the_unknown(clean: Path, tmp_path: Path) -> None:
    """In a folder a file of unknown form is a finding that says so, a damaged certificate is a ConfigurationError."""
    folder = tmp_path / "certs"
    folder.mkdir()
    shutil.copy(clean, folder)
    (folder / "store.bks").write_bytes(bytes.fromhex("0000000200000014"))
    (finding,) = find_ours(folder)
    assert (Path(finding.file).name, finding.whose) == ("store.bks", Whose.UNREAD)
    (folder / "damaged.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    with pytest.raises(ConfigurationError, match=r"damaged\.pem: expected a trust store"):
        find_ours(folder)


def test_the_store_of_this_machine() -> None:
    """The machine's own trust store, with what stands in the world's oldest certificates, is read to its end."""
    store = Path("/etc/ssl/certs")
    if not (store / "ca-certificates.crt").exists():
        pytest.skip("this machine has no /etc/ssl/certs of Debian")
    assert [finding for finding in find_ours(store) if finding.whose is not Whose.UNREAD] == []


def damaged(clean: Path, ours: Path, tmp_path: Path) -> dict[str, Path]:
    """Return stores that cannot be read, by what is wrong with them."""
    pem, der = (ours / "auth-ca.pem").read_bytes(), (ours / "auth-ca.cer").read_bytes()
    contents = {
        "empty": b"",
        "text": b"no certificate at all\n",
        "cut PEM": pem[: len(pem) // 2],
        "bundle cut within its second": clean.read_bytes() + pem[: len(pem) // 2],
        "bad base64": pem.replace(b"MII", b"M!I", 1),
        "cut DER": der[: len(der) // 2],
        "two DER in a row": der + der,
        "unknown": bytes(range(64)),
        "PKCS#12 cut": (ours / "truststore.p12").read_bytes()[:-40],
        "only a private key": (tmp_path / "clean.key").read_bytes(),
        "JKS cut": (ours / "truststore.jks").read_bytes()[:-40],
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = tmp_path / name.replace(" ", "-").replace("#", "")
        paths[name].write_bytes(content)
    (tmp_path / "empty folder").mkdir()
    return {**paths, "missing": tmp_path / "nowhere", "empty folder": tmp_path / "empty folder"}


WRONGS = (
    *("empty", "text", "cut PEM", "bad base64", "cut DER", "two DER in a row", "unknown", "PKCS#12 cut"),
    *("bundle cut within its second", "only a private key", "JKS cut", "missing", "empty folder"),
)


@pytest.mark.parametrize("wrong", WRONGS)
def test_unreadable_is_never_nothing(clean: Path, ours: Path, tmp_path: Path, wrong: str) -> None:
    """A store that cannot be read is a ConfigurationError of one line that names it, never an empty list."""
    need("keytool")
    path = damaged(clean, ours, tmp_path)[wrong]
    with pytest.raises(ConfigurationError) as fault:
        find_ours(path)
    assert str(fault.value).startswith(f"{path}: expected a")
    assert "\n" not in str(fault.value)


def test_looking_leaves_no_trace(stranger: Path, tmp_path: Path) -> None:
    """Where no Kazashi was ever installed, another's is told as another's, and no home comes into being."""
    home = tmp_path / "home"
    assert [finding.whose for finding in find_ours(stranger, home=home)] == [Whose.ANOTHER]
    assert not home.exists()


def test_command(clean: Path, ours: Path, run: Run) -> None:
    """`kazashi trust find` ends with 0 for nothing, 1 for something, 2 for what it cannot read; --json tells it all."""
    done = run("find", clean)
    assert (done.code, "nothing of Kazashi" in done.said) == (0, True)
    done = run("find", clean, ours / "auth-ca.pem")
    assert done.code == 1
    assert "to remove: delete block 1" in done.said
    assert "対処: " in done.said
    (line,) = json.loads(run("find", "--json", ours / "auth-ca.pem").said)
    assert (line["whose"], line["place"][:7]) == ("this installation", "block 1")
    done = run("find", clean.with_name("nowhere"))
    assert (done.code, "expected a trust store" in done.refused) == (2, True)

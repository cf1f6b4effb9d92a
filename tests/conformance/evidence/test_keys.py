"""Keys and the two commands: made once and for their owner alone, read with care, told by name."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from conformance.evidence.handed_in import signing_key
from conformance.evidence.key_command import key_command
from conformance.evidence.manifest import Manifest
from conformance.evidence.signing_key import (
    PASSPHRASE,
    SigningKey,
    key_id,
    load_key,
    load_public_key,
    make_key,
    public_pem,
)
from conformance.evidence.verify_command import trusted_id, verify_command, warnings_of
from conformance.evidence.verifying import verify
from harness.errors import ConfigurationError


def test_key_is_its_owner_s_alone_and_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0600, PKCS#8 PEM that OpenSSL reads, the public key beside it, the id told; a second time is refused."""
    path = tmp_path / "keys" / "certifier.pem"
    key_command(out=path)
    told = capsys.readouterr().out.split()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="ascii").startswith("-----BEGIN PRIVATE KEY-----")
    public = subprocess.run(
        ["openssl", "pkey", "-in", path, "-pubout"], check=True, capture_output=True, text=True
    ).stdout
    assert Path(told[1]).read_text(encoding="ascii") == public
    assert told[2] == key_id(load_public_key(Path(told[1]))) == key_id(load_key(path, None).public)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="expected no file there"):
        key_command(out=path)
    assert path.read_bytes() == before


def test_encrypted_key_wants_its_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment; missing or wrong it is a configuration fault before anything is played."""
    path = tmp_path / "certifier.pem"
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    key_command(out=path)
    assert path.read_text(encoding="ascii").startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert isinstance(signing_key(path), SigningKey)
    for said, says in (("wrong", "expected an Ed25519 key"), ("", "is encrypted; say its passphrase in KAZASHI_KEY")):
        monkeypatch.setenv(PASSPHRASE, said)
        with pytest.raises(ConfigurationError, match=says):
            signing_key(path)
    make_key(tmp_path / "open.pem", None)
    with pytest.raises(ConfigurationError, match="the key is not encrypted; unset"):
        load_key(tmp_path / "open.pem", b"said")


def test_key_that_others_can_read_and_other_sorts_are_refused(tmp_path: Path) -> None:
    """A key of the group's, an RSA key, text: each says what was expected."""
    path = tmp_path / "key.pem"
    make_key(path, None)
    path.chmod(0o640)
    with pytest.raises(
        ConfigurationError, match=r"expected a file that its owner alone can read \(0600\), actual 0640"
    ):
        load_key(path, None)
    rsa = generate_private_key(65537, 2048)
    (tmp_path / "rsa.pem").write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "text.pem").write_text("key", encoding="ascii")
    (tmp_path / "rsa.pub").write_bytes(rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for name in ("rsa.pem", "text.pem", "none.pem"):
        if (tmp_path / name).exists():
            (tmp_path / name).chmod(0o600)
        with pytest.raises(ConfigurationError, match=rf"--sign .*{name}.*report key"):
            load_key(tmp_path / name, None)
    for name in ("rsa.pub", "text.pem", "none.pub"):
        with pytest.raises(ConfigurationError, match=f"--signer .*{name}"):
            trusted_id(str(tmp_path / name))


def test_signer_is_named_by_file_or_by_id(tmp_path: Path, key: SigningKey) -> None:
    """A fingerprint as people write them, or the public key."""
    path, named = tmp_path / "key.pub", key_id(key.public)
    path.write_text(public_pem(key.public), encoding="ascii")
    pairs = ":".join(re.findall("..", named))
    assert {trusted_id(text) for text in (str(path), named, named.upper(), f"sha256:{named}", pairs)} == {named}


def run_verify(
    capsys: pytest.CaptureFixture[str], bundle: Path, signer: str | None, *, as_json: bool
) -> tuple[int, str]:
    """Exit code and output of the command."""
    with pytest.raises(typer.Exit) as end:
        verify_command(bundle=bundle, signer=signer, as_json=as_json)
    return end.value.exit_code, capsys.readouterr().out


def test_verify_tells_what_was_certified(
    bundle: bytes, key: SigningKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0: verdict, product, who, when; exit 1 with what, where, expected, actual and how to mend; 2 for no file."""
    path, named = tmp_path / "evidence.zip", key_id(key.public)
    path.write_bytes(bundle)
    code, text = run_verify(capsys, path, named, as_json=False)
    assert code == 0
    for said in (
        "The evidence holds",
        "no certification",
        "Fake target 1",
        "tap-client, fake",
        named,
        "own clock",
    ):
        assert said in text
    code, text = run_verify(capsys, path, None, as_json=False)
    assert code == 1
    for said in (
        "REFUSED / 拒否",
        "nobody was named",
        "where / 箇所",
        "expected / 期待",
        "actual / 実際",
        named,
        "--signer",
    ):
        assert said in text
    code, text = run_verify(capsys, path, named, as_json=True)
    plain = json.loads(text)
    assert (code, plain["holds"], plain["refusals"], plain["certified"]["verdict"]) == (0, True, [], "selection passed")
    path.write_bytes(bundle[:-1])
    code, text = run_verify(capsys, path, named, as_json=True)
    plain = json.loads(text)
    assert (code, plain["holds"], plain["certified"]) == (1, False, None)
    assert set(plain["refusals"][0]) == {"kind", "what", "what_ja", "where", "expected", "actual", "mend", "mend_ja"}
    with pytest.raises(ConfigurationError, match=r"name the evidence\.zip"):
        verify_command(bundle=tmp_path / "none.zip", signer=named, as_json=False)


def test_other_catalogue_than_the_installed_one_is_a_warning(bundle: bytes, key: SigningKey) -> None:
    """Evidence of an earlier suite holds, and says that the questions were others."""
    manifest = verify(bundle, key_id(key.public)).manifest
    assert isinstance(manifest, Manifest)
    assert warnings_of(manifest) == []
    (warning,) = warnings_of(_with(manifest, catalogue_hash="0" * 64))
    assert "is not that of the installed suite" in warning
    assert "does not know the role" in warnings_of(_with(manifest, role="teller"))[0]


def _with(manifest: Manifest, **changed: str) -> Manifest:
    fields = {name: getattr(manifest, name) for name in Manifest.__struct_fields__}
    return Manifest(**{**fields, **changed})


def test_manifest_names_no_host_user_or_folder(bundle: bytes, key: SigningKey) -> None:
    """The environment is versions; nothing of whose machine it was."""
    manifest = verify(bundle, key_id(key.public)).manifest
    assert manifest is not None
    told = manifest.environment
    assert re.fullmatch(r"CPython 3\.\d+\.\d+\S*", told.python)
    assert told.openssl.startswith("OpenSSL ")
    assert not any(mark in str(told) for mark in ("/", "\\", "@"))

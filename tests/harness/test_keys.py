"""The key pool: keys for their owner only, one to one, the same for everybody who asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.errors import ConfigurationError
from harness.keys import KeyPool
from tests.harness.openssl import openssl

MAKES = """
import sys
from pathlib import Path
from harness.keys import KeyPool
sys.stdin.read()
print(KeyPool(Path(sys.argv[1])).numbered(0).private_numbers().d)
"""


def test_modes(tmp_path: Path) -> None:
    """Folder 0700, files 0600, whatever the umask was; a folder that was open to others is closed."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    umask = os.umask(0)
    try:
        KeyPool(folder).numbered(0)
    finally:
        os.umask(umask)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_openssl_reads_a_key_and_finds_it_sound(tmp_path: Path) -> None:
    """RSA-2048 with e = 65537 as PKCS#8 DER: loading skips the checks that OpenSSL makes here."""
    pool = KeyPool(tmp_path / "keys")
    assert pool.numbered(0).key_size == 2048
    (path,) = (tmp_path / "keys").iterdir()
    code, said = openssl("pkey", "-inform", "DER", "-in", path, "-check", "-noout", "-text_pub")
    assert code == 0, said
    assert "Key is valid" in said
    assert "Exponent: 65537" in said


def test_keys_are_one_to_one_and_stay(tmp_path: Path) -> None:
    """Each number and each name has its own key, and another pool on the same folder has the same ones."""

    def moduli(pool: KeyPool) -> list[int]:
        made = [pool.numbered(0), pool.numbered(1), pool.named("authority-auth"), pool.named("authority-sign")]
        return [key.public_key().public_numbers().n for key in made]

    first = moduli(KeyPool(tmp_path / "keys"))
    assert len(set(first)) == 4
    assert moduli(KeyPool(tmp_path / "keys")) == first


def test_prepare_makes_what_is_missing_and_says_how_far_it_is(tmp_path: Path) -> None:
    """Two of three are new: progress 1/2, 2/2; afterwards nothing is missing."""
    pool = KeyPool(tmp_path / "keys")
    kept = pool.numbered(1).private_numbers()
    told: list[tuple[int, int]] = []
    pool.prepare(3, lambda made, wanted: told.append((made, wanted)))
    assert told == [(1, 2), (2, 2)]
    assert KeyPool(tmp_path / "keys").numbered(1).private_numbers() == kept
    pool.prepare(3, lambda made, wanted: told.append((made, wanted)))
    assert len(told) == 2


def test_two_processes_that_make_the_same_key_agree(tmp_path: Path) -> None:
    """Of two that are first, one stays, both use it, and nothing else is left in the folder."""
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", MAKES, tmp_path / "keys"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for maker in makers:  # all wait for their standard input to end, so that they begin together
        assert maker.stdin is not None
        maker.stdin.close()
        maker.stdin = None
    found = {maker.communicate()[0] for maker in makers}
    assert [maker.returncode for maker in makers] == [0, 0, 0]
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["card-000000.der"]


def elliptic() -> bytes:
    """Return a key that is none of RSA."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [b"", b"nonsense", elliptic()], ids=["empty", "nonsense", "elliptic"])
def test_a_file_that_is_no_rsa_key_is_one_line(tmp_path: Path, content: bytes) -> None:
    """What, where, and how to mend it."""
    pool = KeyPool(tmp_path)
    (tmp_path / "card-000000.der").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"card-000000\.der: expected an RSA key, actual .*; remove the file$"):
        pool.numbered(0)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "keys").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="name another in KAZASHI_HOME"):
        KeyPool(tmp_path / "keys")


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle: one line, and no half key that a later run would stumble over."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    pool = KeyPool(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ConfigurationError, match="No space left on device"):
            pool.numbered(0)
    assert list(tmp_path.iterdir()) == []
    assert isinstance(pool.numbered(0), RSAPrivateKey)

"""Signed messages: the vector of RFC 8037, another program's verdict, and everything that is not the one form."""

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reference_impl.backends.sealed import (
    ANSWER,
    QUESTION,
    KeyUnusable,
    NotSealed,
    load_private,
    load_public,
    seal,
    unseal,
)
from tests.reference_impl.backends.delegating import write_keys

KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
"""RFC 8037 A.1, which is RFC 8032 §7.1 TEST 1."""
VECTOR = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
"""RFC 8037 A.4: the same key over a header that names nobody."""


def test_signature_is_the_one_of_rfc_8037() -> None:
    """Over the same two parts this key gives the signature of A.4; but a header without sender and kind is refused."""
    head, body, signature = VECTOR.split(b".")
    assert base64.urlsafe_b64encode(KEY.sign(head + b"." + body)).rstrip(b"=") == signature
    with pytest.raises(NotSealed, match="header"):
        unseal(VECTOR, ANSWER, lambda _: KEY.public_key())


def test_openssl_verifies_what_was_sealed(tmp_path: Path) -> None:
    """An independent program: the third part is Ed25519 over the first two, as they stand (RFC 7515 §5.1)."""
    write_keys(tmp_path, "one")
    head, body, signature = seal(load_private(tmp_path / "one.pem"), "one", ANSWER, b'{"a":1}').split(b".")
    (tmp_path / "signed").write_bytes(head + b"." + body)
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(signature + b"=="))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "one.pub.pem"), "-rawin"]
    files = ["-in", str(tmp_path / "signed"), "-sigfile", str(tmp_path / "signature")]
    assert subprocess.run([*command, *files], capture_output=True, check=False).returncode == 0
    (tmp_path / "signed").write_bytes(head + b"." + body + b"A")
    assert subprocess.run([*command, *files], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("payload", [b"", b"a", b"ab", b"abc", bytes(range(256)) * 40])
def test_what_was_sealed_is_unsealed(payload: bytes) -> None:
    """Of any length; by its sender's key, as its kind."""
    assert unseal(seal(KEY, "one", QUESTION, payload), QUESTION, {"one": KEY.public_key()}.get) == ("one", payload)


def test_every_changed_octet_is_refused() -> None:
    """Each octet of a message, one bit at a time: none of them can be changed, not even into another spelling."""
    sealed = seal(KEY, "one", ANSWER, b'{"a":1}')
    for place in range(len(sealed)):
        for bit in (1, 2, 4, 8, 16, 32, 64):
            changed = bytearray(sealed)
            changed[place] ^= bit
            with pytest.raises(NotSealed):
                unseal(bytes(changed), ANSWER, {"one": KEY.public_key()}.get)


def test_kind_and_sender_are_part_of_what_is_signed() -> None:
    """A question is no answer, and another sender's key does not open it."""
    other = Ed25519PrivateKey.generate().public_key()
    sealed = seal(KEY, "one", QUESTION, b"{}")
    for kind, keys in ((ANSWER, {"one": KEY.public_key()}), (QUESTION, {"one": other}), (QUESTION, {"two": other})):
        with pytest.raises(NotSealed):
            unseal(sealed, kind, keys.get)


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Whoever has it speaks for the relying party; a public key may lie open."""
    write_keys(tmp_path, "one")
    load_private(tmp_path / "one.pem")
    (tmp_path / "one.pem").chmod(0o640)
    with pytest.raises(KeyUnusable, match="expected mode 0600, found 0640"):
        load_private(tmp_path / "one.pem")
    (tmp_path / "one.pub.pem").chmod(0o644)
    load_public(tmp_path / "one.pub.pem")


def test_key_of_another_kind_is_refused_without_its_content(tmp_path: Path) -> None:
    """A missing file, text, another curve, a public key for a private one; the message holds no octet of it."""
    write_keys(tmp_path, "one")
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "p256.pem").write_bytes(other)
    (tmp_path / "text.pem").write_text("secret-canary")
    for name in ("none.pem", "p256.pem", "text.pem", "one.pub.pem"):
        with pytest.raises(KeyUnusable) as refused:
            load_private(tmp_path / name)
        assert "canary" not in str(refused.value)
        assert other.decode().splitlines()[1] not in str(refused.value)
    with pytest.raises(KeyUnusable):
        load_public(tmp_path / "one.pem")

"""Pseudonyms: HMAC as the standards have it, one for each service, and a key nobody else may read."""

import hashlib
import hmac
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_impl.audit import Pseudonyms
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.pseudonym import read_key, read_or_make_key

KEY = bytes(range(32))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.tuples(texts, texts, texts))
def test_it_is_hmac_of_the_three(facts: tuple[str, str, str]) -> None:
    """As hmac and json have it."""
    message = json.dumps(list(facts), ensure_ascii=False, separators=(",", ":")).encode()
    assert Pseudonyms(KEY).of(*facts) == hmac.digest(KEY, message, hashlib.sha256).hex()[:32]


def test_openssl_says_the_same() -> None:
    """An independent program, over the documented message."""
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{KEY.hex()}"]
    said = subprocess.run(command, input=b'["library","ab12","3f0"]', capture_output=True, check=True).stdout.decode()
    assert Pseudonyms(KEY).of("library", "ab12", "3f0") == said.split()[-1][:32]


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_two_triples_are_two_pseudonyms(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    """Service, issuer and serial each count, wherever one ends and the next begins; so does the key."""
    pseudonyms = Pseudonyms(KEY)
    assert (pseudonyms.of(*one) == pseudonyms.of(*other)) == (one == other)
    assert pseudonyms.of(*one) != Pseudonyms(KEY[::-1]).of(*one)


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """Processes that start at once get the same key, of mode 0600; nothing else is left in the folder."""
    path = tmp_path / "audit-key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(read_or_make_key, [path] * 16))
    assert len(keys) == 1
    assert keys == {read_key(path)}
    assert [len(key) for key in keys] == [32]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["audit-key"]


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    """A key that the group can read is no secret; it says what would do."""
    path = tmp_path / "audit-key"
    read_or_make_key(path)
    path.chmod(0o640)
    with pytest.raises(AuditUnusable, match=r"expected mode 0600, actual 0640; chmod 600 it"):
        read_or_make_key(path)


@pytest.mark.parametrize("said", ["", "zz", "ab" * 31, "ab" * 33, "ключ"])
def test_what_is_no_key_is_refused(tmp_path: Path, said: str) -> None:
    """Empty, no digits, too short, too long: an empty key would make pseudonyms that anybody can compute."""
    path = tmp_path / "audit-key"
    path.write_text(said, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(AuditUnusable, match="expected 32 octets"):
        read_or_make_key(path)
    assert path.read_text(encoding="utf-8") == said


def test_a_key_without_a_folder_is_refused(tmp_path: Path) -> None:
    """It is not made somewhere else."""
    with pytest.raises(AuditUnusable, match="expected a folder"):
        read_or_make_key(tmp_path / "absent" / "audit-key")
    with pytest.raises(AuditUnusable, match="expected 32 octets"):
        Pseudonyms(b"short")

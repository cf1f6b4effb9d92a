"""One flipped octet anywhere, a fresh key, a file more or less, a verdict that does not follow: each is refused."""

import hashlib
import io
import json
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.evidence import container
from conformance.evidence.container import MANIFEST, SIGNATURE, build_container, read_container
from conformance.evidence.refusal import Refused
from conformance.evidence.run_journal import Identity
from conformance.evidence.signing_key import SigningKey, key_id, public_pem
from conformance.evidence.verifying import verify
from tests.conformance.evidence.fake_target import REFUSAL, TWIN, bundle_of

Signed = tuple[dict[str, bytes], Identity]
SAMPLED = 300
"""Octets of each big file that are flipped; of headers, manifest, signature and small files every one is."""
BIG = ("catalogue.json", "report.json")


def refused_for(octets: bytes, key: SigningKey) -> list[str]:
    """What a bundle is refused for, when this key is trusted."""
    return [refusal.what for refusal in verify(octets, key_id(key.public)).refusals]


def where(octets: bytes, key: SigningKey) -> str:
    """Where it is refused, in one text."""
    return "\n".join(f"{r.where}: {r.expected} / {r.actual}" for r in verify(octets, key_id(key.public)).refusals)


def test_bundle_holds_and_says_what_it_is(bundle: bytes, key: SigningKey) -> None:
    """Signed by the key that was named; every hash and every verdict follows."""
    found = verify(bundle, key_id(key.public))
    assert found.refusals == []
    assert found.manifest is not None
    assert (found.manifest.verdict, found.manifest.seed) == ("selection passed", 3)
    assert set(found.manifest.files) == {"report.json", "junit.xml", "index.html", "catalogue.json"}
    assert found.manifest.run.begun == "2026-11-22T03:00:00Z"


def positions(bundle: bytes) -> list[int]:
    """Every octet that is no content of a big file, and some of those."""
    drawn, chosen = random.Random(7), set(range(len(bundle)))  # noqa: S311  (a sample)
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        for name in BIG:
            content = opened.read(name)
            begins = bundle.index(content)
            inside = range(begins, begins + len(content))
            chosen -= set(inside)
            chosen |= set(drawn.sample(inside, SAMPLED))
    return sorted(chosen)


def test_one_flipped_bit_anywhere_is_refused(bundle: bytes, key: SigningKey) -> None:
    """In every header, name, time, attribute, length, checksum, in the directory at the end, in every file."""
    trusted, drawn = key_id(key.public), random.Random(11)  # noqa: S311  (a bit to flip)
    octets = bytearray(bundle)
    looked_at = positions(bundle)
    survived = []
    for at in looked_at:
        bit = 1 << drawn.randrange(8)
        octets[at] ^= bit
        if verify(bytes(octets), trusted).holds:
            survived.append(at)
        octets[at] ^= bit
    assert survived == []
    assert len(looked_at) > 3000
    assert verify(bytes(octets), trusted).holds  # what was refused was the flip


def test_flips_are_refused_by_the_container_alone_where_no_file_is_touched(bundle: bytes) -> None:
    """No signature covers ZIP headers: without the comparison with the built container a changed time would pass."""
    octets = bytearray(bundle)
    octets[10] ^= 1  # the time of the first entry (APPNOTE §4.3.7)
    with zipfile.ZipFile(io.BytesIO(bytes(octets))) as opened:
        assert opened.testzip() is None
    with pytest.raises(Refused, match="the one container that its files make"):
        read_container(bytes(octets))


def test_octets_before_behind_and_truncated_are_refused(bundle: bytes, key: SigningKey) -> None:
    """A ZIP may have anything before and a comment behind: a bundle may not."""
    commented = bundle[:-2] + (3).to_bytes(2, "little") + b"hey"
    assert zipfile.ZipFile(io.BytesIO(commented)).comment == b"hey"
    for octets in (b"#!/bin/sh\n" + bundle, bundle + b"\0", commented, bundle[:-1], bundle[: len(bundle) // 2], b""):
        assert refused_for(octets, key)[0] in ("container", "octets")


def rebuilt(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A sound container of the changed files."""
    files = read_container(bundle)
    change(files)
    return build_container(files)


@pytest.mark.parametrize("name", ["report.json", "junit.xml", "index.html", "catalogue.json"])
def test_changed_file_in_a_sound_container_is_refused(name: str, bundle: bytes, key: SigningKey) -> None:
    """Every file is held against its hash, not only against the checksum of the ZIP."""

    def change(files: dict[str, bytes]) -> None:
        files[name] = files[name].replace(b"\n", b"\r\n", 1) if b"\n" in files[name] else files[name] + b" "

    assert refused_for(rebuilt(bundle, change), key) == ["file"]
    assert name in where(rebuilt(bundle, change), key)


def test_file_missing_and_file_more_are_refused(bundle: bytes, key: SigningKey) -> None:
    """Nothing extra, nothing missing."""
    assert "missing" in where(rebuilt(bundle, lambda files: files.__delitem__("junit.xml")), key)
    assert "nobody signed" in where(rebuilt(bundle, lambda files: files.__setitem__("more.txt", b"more")), key)
    files = read_container(bundle)
    for name in (MANIFEST, SIGNATURE):
        without = {each: octets for each, octets in files.items() if each != name}
        assert refused_for(build_container(without), key) == ["manifest"]


def test_changed_manifest_and_changed_signature_are_refused(bundle: bytes, key: SigningKey) -> None:
    """The signature is over the octets of the manifest, as they stand there."""

    def space(files: dict[str, bytes]) -> None:
        files[MANIFEST] = files[MANIFEST].replace(b": ", b":  ", 1)

    def verdict(files: dict[str, bytes]) -> None:
        files[MANIFEST] = files[MANIFEST].replace(b'"selection passed"', b'"conformant"')

    for change in (space, verdict):
        assert refused_for(rebuilt(bundle, change), key) == ["signature"]
    for signature in (b"", b"\0" * 64, b"\1" * 65):
        octets = build_container({**read_container(bundle), SIGNATURE: signature})
        assert refused_for(octets, key) == ["signature"]


def test_fresh_signers_key_is_refused(signed: Signed, key: SigningKey) -> None:
    """The same run signed by somebody else: sound in itself, and not by whom the reader trusts."""
    files, identity = signed
    other = SigningKey(Ed25519PrivateKey.generate())
    octets = bundle_of(dict(files), identity, other)
    assert verify(octets, key_id(other.public)).holds
    assert refused_for(octets, key) == ["signer"]
    assert key_id(other.public) in where(octets, key)


def test_embedded_key_is_not_trusted_for_being_there(bundle: bytes, key: SigningKey) -> None:
    """Without a named signer it is refused, and told whose key it claims to be of."""
    found = verify(bundle, None)
    assert [refusal.what for refusal in found.refusals] == ["no signer"]
    assert key_id(key.public) in found.refusals[0].actual
    assert found.manifest is None


def test_claiming_the_trusted_id_over_another_key_is_refused(signed: Signed, key: SigningKey) -> None:
    """Id of the certifier, key and signature of somebody else; or key and id of the certifier, signature not."""
    files, identity = signed
    other = SigningKey(Ed25519PrivateKey.generate())
    octets = bundle_of(dict(files), identity, other)

    def claim(keys: dict[str, str]) -> bytes:
        def change(files: dict[str, bytes]) -> None:
            manifest = json.loads(files[MANIFEST])
            manifest["signer"].update(keys)
            files[MANIFEST] = json.dumps(manifest).encode()
            files[SIGNATURE] = other.sign(files[MANIFEST])

        return rebuilt(octets, change)

    assert refused_for(claim({"key_id": key_id(key.public)}), key) == ["manifest"]
    assert refused_for(claim({"key_id": key_id(key.public), "public_key": public_pem(key.public)}), key) == [
        "signature"
    ]


ZIP_TRICKS: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "parent": lambda z: z.writestr("../report.json", b"x"),
    "absolute": lambda z: z.writestr("/etc/passwd", b"x"),
    "drive": lambda z: z.writestr("c:report.json", b"x"),
    "backslash": lambda z: z.writestr("..\\report.json", b"x"),
    "folder": lambda z: z.writestr("a/b.json", b"x"),
    "capital": lambda z: z.writestr("Report.json", b"x"),
    "unicode": lambda z: z.writestr("repört.json", b"x"),
    "long": lambda z: z.writestr(f"{'a' * 80}.json", b"x"),
    "compressed": lambda z: z.writestr("bomb.json", b"\0" * 1_000_000, zipfile.ZIP_DEFLATED),
}


@pytest.mark.parametrize("trick", ZIP_TRICKS)
def test_tricks_of_names_and_bombs_are_refused(trick: str, key: SigningKey) -> None:
    """A name that leaves the folder or hides another file, or an entry that unpacks, stops before anything is read."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as opened:
        ZIP_TRICKS[trick](opened)
    assert refused_for(octets.getvalue(), key)[0] in ("name", "container")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicates_links_and_too_many_are_refused(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of one name, a symbolic link, more files than a bundle has, more octets than it may have."""

    def made(*entries: tuple[str, bytes], attributes: int = container.ORDINARY) -> bytes:
        octets = io.BytesIO()
        with zipfile.ZipFile(octets, "w") as opened:
            for name, content in entries:
                entry = zipfile.ZipInfo(name, container.EPOCH)
                entry.external_attr = attributes
                opened.writestr(entry, content)
        return octets.getvalue()

    twice = made(("report.json", b"one"), ("report.json", b"two"))
    assert "each name once" in where(twice, key)
    link = made(("report.json", b"/etc/passwd"), attributes=0o120777 << 16)
    assert "an ordinary file" in where(link, key)
    many = made(*((f"f{n}.json", b"") for n in range(container.MOST_FILES + 1)))
    assert "at most 32" in where(many, key)
    monkeypatch.setattr(container, "LARGEST", 100)
    assert "at most 100 octets" in where(b"\0" * 101, key)


def test_entries_that_share_their_octets_are_refused(key: SigningKey) -> None:
    """Overlapping entries make much of little, without any compression: their sum is bounded by the container."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as opened:
        for name in ("aa.json", "bb.json"):
            entry = zipfile.ZipInfo(name, container.EPOCH)
            entry.external_attr = container.ORDINARY
            opened.writestr(entry, b"x" * 5000)
        directory = opened.filelist
        for entry in directory:
            entry.header_offset, entry.file_size, entry.compress_size = 0, 9000, 9000
        opened._didModify = True  # type: ignore[attr-defined]
    assert "octets together" in where(octets.getvalue(), key)


def resigned(signed: Signed, key: SigningKey, change: Callable[[dict[str, Any]], None]) -> str:
    """What is said of a bundle whose signer signed a report that was changed."""
    files, identity = dict(signed[0]), signed[1]
    report = json.loads(files["report.json"])
    change(report)
    files["report.json"] = json.dumps(report).encode()
    return where(bundle_of(files, identity, key), key)


def case_of(report: dict[str, Any], case: str) -> dict[str, Any]:
    """A case of the report."""
    found: dict[str, Any] = next(each for each in report["cases"] if each["id"] == case)
    return found


def fail_twin(report: dict[str, Any]) -> None:
    """The twin fails, the refusal still counts."""
    case_of(report, TWIN)["verdict"] = "FAIL"
    case_of(report, TWIN)["checks"][0]["held"] = False


LIES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "verdict of the run": (lambda r: r.update(verdict="conformant"), "verdict, from its cases"),
    "counts": (lambda r: r["counts"].update(PASS=42), "counts"),
    "left out": (lambda r: r.update(left_out=0), "cases and left_out"),
    "PASS in spite of a check": (lambda r: case_of(r, TWIN)["checks"][0].update(held=False), "PASS in spite of"),
    "FAIL without a check": (lambda r: case_of(r, TWIN).update(verdict="FAIL"), "although all hold"),
    "PASS without a check": (lambda r: case_of(r, TWIN).update(checks=[]), "PASS without one"),
    "refusal without its twin": (fail_twin, f"{REFUSAL} verdict: its twin {TWIN} accepted / FAIL"),
    "twin taken away": (lambda r: r["cases"].remove(case_of(r, TWIN)), "not in the report"),
    "another twin": (lambda r: case_of(r, REFUSAL).update(twin="typing/right"), f"{REFUSAL} twin"),
    "another requirement": (lambda r: case_of(r, REFUSAL).update(requirement="TC-PIN-999"), "requirement"),
    "case of no catalogue": (lambda r: case_of(r, REFUSAL).update(id="attributes/made-up"), "none of that id"),
    "case told twice": (lambda r: r["cases"].append(case_of(r, TWIN)), "each once"),
    "missing what is declared": (
        lambda r: case_of(r, REFUSAL).update(verdict="NA", missing=["attributes"]),
        f"{REFUSAL} missing: what the product does not declare / attributes",
    ),
    "expected failure": (lambda r: case_of(r, TWIN).update(expected_failure="fails as expected"), "expected_failure"),
    "statement": (lambda r: r.update(statement={"vendor": "A"}), "report.json statement"),
    "broken report": (lambda r: r.pop("cases"), "a report and a catalogue of this suite"),
    "end of the run": (lambda r: r["run"].update(ended=None), "a day that can be read"),
    "unknown verdict": (lambda r: case_of(r, TWIN).update(verdict="FINE"), "a report and a catalogue of this suite"),
}


@pytest.mark.parametrize("lie", LIES)
def test_report_that_contradicts_itself_is_refused_though_signed(lie: str, signed: Signed, key: SigningKey) -> None:
    """The certifier's own key does not make a verdict follow from cases from which it does not."""
    change, says = LIES[lie]
    assert says in resigned(signed, key, change)


@pytest.mark.parametrize("field", ["suite", "role", "target", "seed", "product", "catalogue_hash"])
def test_manifest_and_report_agree(field: str, signed: Signed, key: SigningKey) -> None:
    """What both say is compared."""
    other = 4 if field == "seed" else "0" * 64
    assert f"report.json {field}" in resigned(signed, key, lambda report: report.update({field: other}))


def test_hash_of_the_catalogue_is_that_of_the_bundled_one(signed: Signed, key: SigningKey) -> None:
    """Another catalogue under the old hash is refused, and a bundle without one."""
    files, identity = dict(signed[0]), signed[1]
    files["catalogue.json"] += b"\n"
    assert "SHA-256 of catalogue.json" in where(bundle_of(files, identity, key), key)
    del files["catalogue.json"]
    assert "the file in every bundle" in where(bundle_of(files, identity, key), key)


def test_openssl_agrees_about_the_signature(bundle: bytes, key: SigningKey, tmp_path: Path) -> None:
    """An independent program checks the signature over the manifest's octets, and the hashes in it."""
    files = read_container(bundle)
    (tmp_path / "key.pub").write_text(public_pem(key.public), encoding="ascii")
    for name in (MANIFEST, SIGNATURE):
        (tmp_path / name).write_bytes(files[name])
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pub", "-rawin", "-in", MANIFEST, "-sigfile", SIGNATURE]
    done = subprocess.run(
        [shutil.which("openssl") or "openssl", *words], cwd=tmp_path, check=False, capture_output=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, b"Signature Verified Successfully")
    named = json.loads(files[MANIFEST])["files"]
    assert {name: row["sha256"] for name, row in named.items()} == {
        name: hashlib.sha256(files[name]).hexdigest() for name in named
    }


def test_container_is_the_same_on_every_python() -> None:
    """Octets of a container are pinned: a zipfile that writes others would refuse every bundle there is."""
    built = build_container({"b.txt": b"two", "a.txt": b"one", MANIFEST: b"{}", SIGNATURE: b""})
    assert hashlib.sha256(built).hexdigest() == "9f27c8834494e3d8b800a9693bdfcd3f14bb3c1123182640f4b4e241130b55fd"
    assert list(read_container(built)) == [MANIFEST, SIGNATURE, "a.txt", "b.txt"]

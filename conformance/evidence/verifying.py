"""Whether a bundle holds: offline, from its octets, the key that the reader named, and nothing else.

1. The container is the one that its files make (`container`).
2. The manifest can be read, and names the signer it claims.
3. The reader named that very key, and it signed the octets of the manifest.
4. The files are those of the manifest: each hash, no file more, none missing.
5. Report, catalogue, statement and expected failures agree with the manifest and with themselves (`recomputing`).

After 1, 2 or 3 nothing else is looked at: who knows what it is. Of 4 and 5 everything is told that does not hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from conformance.evidence.container import FIRST, MANIFEST, SIGNATURE, read_container
from conformance.evidence.manifest import Manifest, signed_file
from conformance.evidence.recomputing import contradictions
from conformance.evidence.refusal import Refusal, Refused
from conformance.evidence.signing_key import key_id

LARGEST_MANIFEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it: the manifest, as far as it could be read and believed, and every reason to refuse."""

    manifest: Manifest | None
    refusals: list[Refusal] = field(default_factory=list)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the evidence is good."""
        return not self.refusals


def verify(octets: bytes, signer: str | None) -> Verification:
    """Return what came of checking a bundle against the id of the key that the reader trusts, None for no key."""
    try:
        files = read_container(octets)
        manifest, claimed = _read_manifest(files)
        _require_signer(manifest, claimed, signer, files)
    except Refused as refused:
        return Verification(None, [refused.refusal])
    refusals = list(_files_differ(manifest, files))
    if not refusals:
        refusals = [
            Refusal("contradiction", where, expected, actual)
            for where, expected, actual in contradictions(manifest, files)
        ]
    return Verification(manifest, refusals, files)


def _read_manifest(files: Mapping[str, bytes]) -> tuple[Manifest, Ed25519PublicKey]:
    for name in FIRST:
        if name not in files:
            raise Refused("manifest", name, "the file in the container", "none")
    octets = files[MANIFEST]
    if len(octets) > LARGEST_MANIFEST:
        raise Refused("manifest", MANIFEST, f"at most {LARGEST_MANIFEST} octets", f"{len(octets)} octets")
    try:
        manifest = msgspec.json.decode(octets, type=Manifest)
        claimed = load_pem_public_key(manifest.signer.public_key.encode())
    except (msgspec.MsgspecError, RecursionError, ValueError, UnsupportedAlgorithm) as fault:
        said = " ".join(str(fault).split())
        raise Refused("manifest", MANIFEST, "the manifest of a bundle (docs/evidence.md)", said) from fault
    if not isinstance(claimed, Ed25519PublicKey):
        raise Refused("manifest", "signer.public_key", "an Ed25519 key", type(claimed).__name__)
    if key_id(claimed) != manifest.signer.key_id:
        raise Refused("manifest", "signer.key_id", f"the id of its key, {key_id(claimed)}", manifest.signer.key_id)
    return manifest, claimed


def _require_signer(
    manifest: Manifest, claimed: Ed25519PublicKey, signer: str | None, files: Mapping[str, bytes]
) -> None:
    """The key in the bundle is never trusted for being there: it counts as the one that the reader named."""
    if signer is None:
        raise Refused(
            "no signer",
            "--signer",
            "the public key, or its id, of whom you trust",
            f"nobody; the bundle claims to be signed by {manifest.signer.key_id}",
        )
    if manifest.signer.key_id != signer:
        raise Refused("signer", "signer.key_id", signer, manifest.signer.key_id)
    try:
        claimed.verify(files[SIGNATURE], files[MANIFEST])
    except InvalidSignature as fault:
        raise Refused("signature", SIGNATURE, f"an Ed25519 signature by {signer}", "none that fits") from fault


def _files_differ(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[Refusal]:
    there = {name: octets for name, octets in files.items() if name not in FIRST}
    for name in sorted(manifest.files.keys() - there.keys()):
        yield Refusal("file", name, "the file", "missing")
    for name in sorted(there.keys() - manifest.files.keys()):
        yield Refusal("file", name, "no such file", f"{len(there[name])} octets that nobody signed")
    for name in sorted(there.keys() & manifest.files.keys()):
        signed, found = manifest.files[name], signed_file(there[name])
        if signed != found:
            yield Refusal(
                "file",
                name,
                f"SHA-256 {signed.sha256} ({signed.octets} octets)",
                f"{found.sha256} ({found.octets} octets)",
            )

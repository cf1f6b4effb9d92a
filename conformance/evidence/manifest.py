"""What is signed: one JSON document that names every file of the bundle by its hash, and what the run was.

The signature is over the octets of the document as it stands in the bundle; nothing is put in order or written anew
before it is checked. Schema: `schemas/manifest.json`.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from conformance.evidence.circumstances import Circumstances
from conformance.evidence.environment import Environment, Revision

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?![\s\S])")]
Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z(?![\s\S])")]
Count = Annotated[int, Meta(ge=0)]


class SignedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bundle."""

    sha256: Sha256
    octets: Count


class Signer(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose key the signature claims to be of; trusted only when the reader names the same key."""

    algorithm: Literal["Ed25519"]
    key_id: Sha256
    """Of the SubjectPublicKeyInfo (DER)."""
    public_key: str
    """PEM."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The document."""

    format: Literal["kazashi evidence 1"]
    suite: str
    source: Revision
    role: str
    target: str
    options: dict[str, str]
    """What else was said of the target on the command line; files by their SHA-256."""
    contract: str | None
    """The version of the adapter contract; null for roles without an adapter."""
    product: dict[str, Any]
    """The answer to `hello`; for roles without an adapter what was found of the target."""
    catalogue_hash: Sha256
    statement_hash: Sha256 | None
    expected_hash: Sha256 | None
    seed: Count
    seed_drawn: bool
    verdict: str
    counts: dict[str, Count]
    left_out: Count
    run: Circumstances
    """When it was (the host's clock), in which sittings, and every instant that the product was set to."""
    environment: Environment
    signed_at: Instant
    signed_by_clock: Literal["host clock of the signer"]
    """Nobody else vouches for `signed_at`."""
    signer: Signer
    files: dict[str, SignedFile]


def manifest_octets(manifest: Manifest) -> bytes:
    """Return the document as it is signed."""
    return (json.dumps(msgspec.to_builtins(manifest), indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def signed_file(octets: bytes) -> SignedFile:
    """Return how a file stands in the manifest."""
    return SignedFile(hashlib.sha256(octets).hexdigest(), len(octets))

"""Makes a bundle: the reports of a run, what was handed in, the compiled catalogue, the manifest and its signature."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from conformance.evidence.circumstances import Circumstances, ClockScript, Sitting, instant_text
from conformance.evidence.container import MANIFEST, SIGNATURE, build_container
from conformance.evidence.environment import environment, revision
from conformance.evidence.manifest import Manifest, Signer, manifest_octets, signed_file
from conformance.evidence.recomputing import CATALOGUE, EXPECTED, REPORT, STATEMENT
from conformance.evidence.run_journal import Identity
from conformance.evidence.run_options import RunOptions
from conformance.evidence.signing_key import SigningKey, key_id, public_pem
from conformance.evidence.verifying import verify
from harness.errors import ConfigurationError, HarnessFault
from harness.whole_file import write_whole

NAME = "evidence.zip"


def sign_evidence(asked: RunOptions, identity: Identity, catalogue: bytes, reports: Sequence[Path]) -> Path:
    """Return the path of the signed bundle beside the reports; HarnessFault where they contradict each other.

    Nothing is signed that would be refused: the finished bundle is verified before it is written.
    """
    if asked.key is None:
        raise HarnessFault("certify: expected a key to sign with, actual none")
    files = {path.name: path.read_bytes() for path in reports}
    files[CATALOGUE] = catalogue
    if asked.statement is not None:
        files[STATEMENT] = asked.statement.octets
    if asked.expected is not None:
        files[EXPECTED] = asked.expected.octets
    octets = bundle_octets(files, identity, asked.key, instant_text(asked.now()))
    found = verify(octets, key_id(asked.key.public))
    if found.refusals:
        first = found.refusals[0]
        raise HarnessFault(
            f"certify --sign: what would be signed contradicts itself: {first.where}: expected {first.expected}, "
            f"actual {first.actual}"
        )
    return _written(octets, asked.out / NAME)


def bundle_octets(files: dict[str, bytes], identity: Identity, key: SigningKey, signed_at: str) -> bytes:
    """Return the bundle of these files, among them report.json and catalogue.json."""
    report: dict[str, Any] = json.loads(files[REPORT])
    signed = {name: signed_file(octets) for name, octets in sorted(files.items())}
    manifest = Manifest(
        format="kazashi evidence 1",
        suite=identity.suite,
        source=revision(),
        role=identity.role,
        target=identity.target,
        options=identity.options,
        contract=identity.product.get("contract"),
        product=identity.product,
        catalogue_hash=identity.catalogue_hash,
        statement_hash=signed[STATEMENT].sha256 if STATEMENT in signed else None,
        expected_hash=signed[EXPECTED].sha256 if EXPECTED in signed else None,
        seed=identity.seed,
        seed_drawn=identity.seed_drawn,
        verdict=report["verdict"],
        counts=report["counts"],
        left_out=report["left_out"],
        run=Circumstances(
            begun=report["run"]["begun"],
            ended=report["run"]["ended"],
            sittings=msgspec.convert(report["run"]["sittings"], tuple[Sitting, ...]),
            clock=msgspec.convert(report["clock"], ClockScript),
        ),
        environment=environment(),
        signed_at=signed_at,
        signed_by_clock="host clock of the signer",
        signer=Signer("Ed25519", key_id(key.public), public_pem(key.public)),
        files=signed,
    )
    octets = manifest_octets(manifest)
    return build_container({**files, MANIFEST: octets, SIGNATURE: key.sign(octets)})


def _written(octets: bytes, path: Path) -> Path:
    try:
        return write_whole(path, octets)
    except OSError as fault:
        raise ConfigurationError(f"{path}: {fault.strerror}; name another folder with --out") from fault

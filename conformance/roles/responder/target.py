"""From the words of the command line to a responder's facts.

`--target jlis` is the fake J-LIS, started for the run. `--target http://host/ocsp[,crl=URL]` is any other responder:
`--issuer` names the authority's certificate, `--serials good=1A,revoked=1B:keyCompromise@2026-11-20T00:00:00Z,never=7F`
what is true of which number, `--claims nonce,get,batch,lightweight` what the responder says it can do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.roles.responder.case import RESPONDER, About
from conformance.roles.responder.facts import REASONS, Facts, Known
from conformance.roles.responder.stand import stand
from harness.errors import ConfigurationError
from harness.home import key_pool

JLIS = "jlis"
CLAIMS = ("nonce", "get", "batch", "lightweight")


@contextmanager
def responder_facts(  # noqa: PLR0913  (each is an option of the command line)
    target: str, *, seed: int, issuer: Path | None, serials: str, claims: str, certificate: Path | None
) -> Iterator[Facts]:
    """Yield what is known of the target; ConfigurationError names the option that does not fit."""
    if target == JLIS:
        with stand(key_pool(), seed=seed, lightweight="lightweight" in claims.split(",")) as made:
            yield made.facts
        return
    address, _, crl = target.partition(",crl=")
    if not address.startswith(("http://", "https://")):
        raise ConfigurationError(
            f"--target {target!r}: expected {JLIS} or http://host/ocsp[,crl=URL] for the role responder"
        )
    if issuer is None:
        raise ConfigurationError("--issuer: expected the authority's certificate (PEM), actual none; name it")
    said = frozenset(filter(None, claims.split(",")))
    if not said <= frozenset(CLAIMS):
        unknown = ", ".join(sorted(said - frozenset(CLAIMS)))
        raise ConfigurationError(f"--claims: expected some of {', '.join(CLAIMS)}, actual {unknown}")
    yield Facts(
        product=address,
        issuer=_der(issuer, "--issuer"),
        known=read_serials(serials),
        ocsp=address,
        crl=crl or None,
        claims=said,
        certificate=None if certificate is None else _der(certificate, "--certificate"),
    )


def read_serials(text: str) -> dict[About, Known]:
    """Return what is true of which serial number; ConfigurationError names the part that cannot be read."""
    known: dict[About, Known] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        number, _, more = value.partition(":")
        reason, _, at = more.partition("@")
        try:
            _ = reason and REASONS.index(reason)
            instant = datetime.fromisoformat(at).astimezone(UTC) if at else None
            known[About(name)] = Known(int(number, 16), reason or None, instant)
        except ValueError as fault:
            names = ", ".join(about.value for about in About)
            raise ConfigurationError(
                f"--serials {part!r}: expected NAME=HEX[:REASON[@INSTANT]] with NAME one of {names}, actual {fault}"
            ) from fault
    if not known:
        raise ConfigurationError(
            "--serials: expected what is true of at least one number, such as good=1A, actual none"
        )
    return known


def _der(path: Path, option: str) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    except (OSError, ValueError) as fault:
        raise ConfigurationError(f"{option} {path}: expected a certificate in PEM, actual {fault}") from fault


__all__ = ["JLIS", "RESPONDER", "read_serials", "responder_facts"]

"""A scene for an OCSP responder, or a server of revocation lists: a register, and who answers for it.

`ocsp:own` and `crl:own` start ours. Of any other address the register has to be told (`--world STORE`): without
it there is no truth to compare an answer with.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from rich.progress import Progress

from harness.errors import ConfigurationError
from harness.home import home
from harness.keys import KeyPool
from loadtests.crowd import mix_of
from loadtests.options import Options
from loadtests.scene import Scene
from loadtests.targets.grammar import LoadTarget, Server, TargetKind
from loadtests.targets.ground import Ground, Subject
from loadtests.targets.own_server import own_server
from loadtests.targets.preflight import await_listening
from loadtests.targets.production import require_no_production
from loadtests.targets.reach import require_own
from loadtests.targets.register import forger_key, known_of, register
from loadtests.targets.snapshot import register_of
from loadtests.vocabulary import Standing

OCSP_REQUEST = {"content-type": "application/ocsp-request"}


@contextmanager
def responder_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    """Yield the scene; whatever was started ends with the block."""
    del bars
    assert isinstance(target, Server)  # noqa: S101  (scenes are by kind)
    with ExitStack() as open_now:
        pid = None
        if target.url is None:
            folder = Path(open_now.enter_context(tempfile.TemporaryDirectory(prefix="kazashi-register-")))
            store = folder / "world.db"
            with register(options, keys, store) as world:
                known = known_of(world, keys)
            words = ["serve", target.kind.value, "--store", str(store)]
            variables = {"KAZASHI_HOME": str(home())}
            server = open_now.enter_context(own_server(words, folder, options.patience, variables))
            pid, address = server.pid, server.addresses["ocsp-auth" if target.kind is TargetKind.OCSP else "crl"]
        else:
            address = target.url
            require_own(options.target, address, own=options.own)
            if not options.world:
                raise ConfigurationError(
                    f"--target {options.target!r}: expected --world STORE, the register that it answers for: "
                    "without one there is nothing to compare its answers with"
                )
            with register_of(keys, options.world) as world:
                known = known_of(world, keys)
        await_listening(address, options.patience)
        people = known.subjects
        if target.kind is TargetKind.OCSP:
            _require_responder(address, people, known.issuer, options)
        else:
            people = _with_lists(address, people, options)
        _require_both(people, options)
        yield Scene(
            target.kind,
            f"{'OCSP responder' if target.kind is TargetKind.OCSP else 'CRL server'} at {address}",
            address,
            Ground(
                kind=target.kind,
                address=address,
                seed=options.seed,
                bad=sum(mix_of(options).bad.values()),
                timeout=options.timeout,
                instant=known.instant,
                lasts=0.0 if known.is_frozen else float(options.seconds + 2 * options.timeout),
                issuer=known.issuer,
                forger_key=forger_key(keys),
                subjects=people,
            ),
            target_pid=pid,
        )


def _require_both(people: list[Subject], options: Options) -> None:
    """Refuse a register that proves nothing: somebody has to be good in it, and somebody not."""
    standings = {each.standing for each in people}
    is_enough = Standing.GOOD in standings and standings - {Standing.GOOD, Standing.JUST_LOST}
    if not is_enough:
        raise ConfigurationError(
            f"--world {options.world}: expected somebody good and somebody revoked since a quarter of an hour, "
            f"actual {', '.join(sorted(standings)) or 'nobody'}; revoke one, and let the next publication come"
        )


def _require_responder(address: str, people: list[Subject], issuer: bytes, options: Options) -> None:
    """Refuse who is no responder, and one of production: one question about somebody of ours, by the book."""
    authority = x509.load_der_x509_certificate(issuer)
    certificate = x509.load_der_x509_certificate(people[0].certificate)
    question = ocsp.OCSPRequestBuilder().add_certificate(certificate, authority, SHA256()).build()
    with httpx.Client(trust_env=False, timeout=options.timeout) as client:
        answer = _got(
            address, lambda: client.post(address, content=question.public_bytes(Encoding.DER), headers=OCSP_REQUEST)
        )
    try:
        read = ocsp.load_der_ocsp_response(answer.content)
    except ValueError as fault:
        shown = answer.content[:40]
        raise ConfigurationError(
            f"before any load was sent: {address}: expected an OCSP response, actual {shown!r}: {fault}"
        ) from fault
    if read.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
        for each in read.certificates:
            require_no_production(f"the delegate of {address}", each)


def _with_lists(address: str, people: list[Subject], options: Options) -> list[Subject]:
    """Return the people whose list the index knows, with its address; whoever was never issued is in none."""
    with httpx.Client(trust_env=False, timeout=max(options.timeout, options.patience)) as client:
        answer = _got(address, lambda: client.get(address, params={"kind": "auth", "medium": "card"}))
        try:
            index = msgspec.json.decode(answer.content, type=Index)
        except msgspec.MsgspecError as fault:
            raise ConfigurationError(
                f"before any load was sent: {address}: expected the index of the lists as JSON, actual "
                f"{answer.content[:40]!r}: {fault}"
            ) from fault
        where = {_name_in(each.path): each.url for each in index.lists}
        found = [
            msgspec.structs.replace(each, list_url=where[point])
            for each in people
            if each.certificate and (point := _point_of(each.certificate)) in where
        ]
        if not found:
            raise ConfigurationError(
                f"before any load was sent: {address}: expected lists of the register's people, actual none of "
                f"{len(where)}; is --world the register that it publishes?"
            )
        first = _got(found[0].list_url, lambda: client.get(found[0].list_url))
    try:
        x509.load_der_x509_crl(first.content)
    except ValueError as fault:
        raise ConfigurationError(f"{found[0].list_url}: expected a revocation list, actual {fault}") from fault
    return found


class Located(msgspec.Struct, frozen=True):
    """One list of the index, as far as load needs it."""

    url: str
    path: str


class Index(msgspec.Struct, frozen=True):
    """The index."""

    lists: list[Located]


def _name_in(path: str) -> str:
    """Return the SHA-256 of the point's name, which a list's path ends with."""
    return path.rpartition("/")[2].partition(".")[0]


def _point_of(certificate: bytes) -> str:
    """Return the SHA-256 of the name of a certificate's distribution point."""
    points = (
        x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    )
    for point in points:
        for name in point.full_name or []:
            if isinstance(name, x509.DirectoryName):
                return hashlib.sha256(name.value.public_bytes()).hexdigest()
    return ""


def _got(address: str, ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Return an answer of HTTP 200 that is no page; ConfigurationError, in one line, for anything else."""
    try:
        answer = ask()
    except httpx.HTTPError as fault:
        raise ConfigurationError(
            f"before any load was sent: {address}: expected an answer, actual {type(fault).__name__}: {fault}"
        ) from fault
    if answer.status_code != 200 or answer.content.lstrip()[:1] == b"<":
        shown = answer.content[:40].decode(errors="replace")
        raise ConfigurationError(
            f"before any load was sent: {address}: expected HTTP 200 with an answer for programs, actual "
            f"{answer.status_code} {shown!r}; correct the address"
        )
    return answer

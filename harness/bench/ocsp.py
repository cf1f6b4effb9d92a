"""The rows of the OCSP responder and of issuing (`kazashi bench jlis`).

Whatever is compared is measured in turn, round by round: a raw rate, ours, the peer's, then the next. A machine that
is slower for a while is slower for all of them, and the ratio is the median of the rounds'.

Rates are per second of one core that the responder kept busy, its system calls included; `openssl speed` counts the
seconds of its core too. So other work on the machine takes nothing from either. What went by on the wall is noted.

The load comes from the same core: from another one, each answer would wake a processor that idles, and in a virtual
machine that takes the sender 8 µs. What a client sees who has a core of its own is the row ocsp.presigned.p99.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.ocsp import load_der_ocsp_request, load_der_ocsp_response

from harness.bench import wrk
from harness.bench.load import Job, Result
from harness.bench.machine import cores, pinned, processor_seconds, raw_signatures
from harness.bench.responder import asked
from harness.bench.row import Row, at_least
from harness.contract.vocabulary import Kind
from harness.jlis.ocsp_delegates import DELEGATES
from harness.jlis.ocsp_policy import ResponderKey

RAW = {ResponderKey.RSA: "rsa2048", ResponderKey.P256: "ecdsap256"}
TARGETS = {ResponderKey.RSA: 0.88, ResponderKey.P256: 0.38}
PROTOCOL_TARGET = 0.5
PRESIGNED_RATE, PRESIGNED_P99 = 50_000, 0.001
UNIT = "answers/core-s"
SAMPLING = 0.1
DRIVER = "wrk" if wrk.is_there() else "load.py"
Lines = Iterator[Row]


@dataclass(frozen=True)
class Plan:
    """How long it may take."""

    rounds: int = 3
    seconds: float = 1.0
    full: bool = False
    """Whether lists are as long as the targets are set for."""


@dataclass
class Server:
    """A responder in its own process."""

    process: "subprocess.Popen[bytes]"
    port: int
    requests: list[str]
    loads: list[Result] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)

    def load(self, seconds: float, core: int) -> float:
        """Return answers a second of its core, under load from that one."""
        self.samples += _python_load(self._job(SAMPLING), core).samples
        before = processor_seconds(self.process.pid)
        result = _loaded(self._job(seconds), core)
        spent = processor_seconds(self.process.pid) - before
        self.busy.append(spent / result.seconds)
        self.loads.append(result)
        return result.answers / spent

    def latency(self, seconds: float, core: int) -> Result:
        """Return what clients see who have a core of their own."""
        return _loaded(self._job(seconds), core)

    def _job(self, seconds: float) -> Job:
        return Job(self.port, self.requests, seconds)

    def wall(self) -> str:
        """Return what went by on the wall, and who had the core."""
        ours, theirs = median(self.busy), median(each.busy for each in self.loads)
        wall = median(each.answers / each.seconds for each in self.loads)
        return f"{wall:,.0f}/s on the wall: responder {min(ours, 1):.0%}, {DRIVER} {min(theirs, 1):.0%} of the core"


def rows(plan: Plan) -> Lines:
    """Yield the rows, measured round by round."""
    here, there = cores()[0], cores()[-1]
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        raw: dict[ResponderKey, list[float]] = {key: [] for key in ResponderKey}
        inside: dict[ResponderKey, list[float]] = {key: [] for key in ResponderKey}
        rates: dict[str, list[float]] = {"rsa": [], "p256": [], "protocol": [], "presigned": []}
        peers: dict[ResponderKey, list[float | None]] = {key: [] for key in ResponderKey}
        seen: list[Result] = []
        asking = {key: stack.enter_context(_in_process(folder, key)) for key in ResponderKey}
        servers = {
            label: stack.enter_context(_served(folder, here, *label.split()))
            for label in ("rsa", "p256", "p256 protocol", "p256 presigned protocol")
        }
        for key in ResponderKey:
            _write_peer(folder / f"peer-{key}", folder, key)
        for _ in range(plan.rounds):
            for key in ResponderKey:
                raw[key].append(raw_signatures(RAW[key], max(1, round(plan.seconds)), [here]))
                rates[key.value].append(servers[key.value].load(plan.seconds, here))
                with _on(here):
                    inside[key].append(asking[key](plan.seconds / 2))
                peers[key].append(_peer(folder / f"peer-{key}", plan.seconds, here, there))
            rates["protocol"].append(servers["p256 protocol"].load(plan.seconds, here))
            rates["presigned"].append(servers["p256 presigned protocol"].load(plan.seconds, here))
            seen.append(servers["p256 presigned protocol"].latency(plan.seconds, there))
        for server in servers.values():
            _verify(server)
    for key in ResponderKey:
        yield from _signed_rows(key, raw[key], rates[key.value], inside[key], peers[key], servers[key.value])
    bare = servers["p256 protocol"]
    yield _share_row("ocsp.p256.protocol", raw[ResponderKey.P256], rates["protocol"], bare, PROTOCOL_TARGET)
    yield from _presigned_rows(rates["presigned"], seen, servers["p256 presigned protocol"])


def _signed_rows(  # noqa: PLR0913, PLR0917  (what was measured of one key)
    key: ResponderKey,
    raw: list[float],
    ours: list[float],
    inside: list[float],
    peer: list[float | None],
    server: Server,
) -> Lines:
    reference, name = median(raw), f"ocsp.{key}"
    yield _share_row(name, raw, ours, server, TARGETS[key])
    inner = median(one / other for one, other in zip(inside, raw, strict=True))
    yield Row(f"{name}.inprocess", median(inside), UNIT, reference, inner, note="one core, no HTTP, no journal")
    pairs = [(one, other) for one, other in zip(peer, raw, strict=True) if one is not None]
    if pairs:
        theirs = median(one / other for one, other in pairs)
        value = median(one for one, _ in pairs)
        yield Row(f"{name}.openssl", value, UNIT, reference, theirs, note="openssl ocsp; a new connection each")
    else:
        yield Row(f"{name}.openssl", None, UNIT, note="not measured: unshare -rn is not permitted here")


def _share_row(name: str, raw: list[float], ours: list[float], server: Server, least: float) -> Row:
    share = median(one / other for one, other in zip(ours, raw, strict=True))
    return at_least(name, median(ours), UNIT, (median(raw), share), least, f"journal on; {server.wall()}")


def _presigned_rows(rates: list[float], seen: list[Result], server: Server) -> Lines:
    rate, p99 = median(rates), median(each.p99 for each in seen)
    yield Row("ocsp.presigned", rate, UNIT, None, None, f"≥ {PRESIGNED_RATE:,}", rate >= PRESIGNED_RATE, server.wall())
    wall, p50 = median(each.answers / each.seconds for each in seen), median(each.p50 for each in seen)
    note = f"16 connections from another core, {wall:,.0f}/s on the wall, p50 {p50 * 1000:.2f} ms"
    yield Row("ocsp.presigned.p99", p99 * 1000, "ms", None, None, "< 1", p99 < PRESIGNED_P99, note)


@contextmanager
def _in_process(folder: Path, key: ResponderKey) -> Iterator[Callable[[float], float]]:
    """Yield what asks a responder without a door for so many seconds, and returns its rate."""
    with asked(folder, key, presigned=False) as asked_for:
        now, answer = asked_for.world.clock.now(), asked_for.service.answer

        def ask(seconds: float) -> float:
            done, began, spent = 0, perf_counter(), process_time()
            while perf_counter() - began < seconds:
                for request in asked_for.requests:
                    answer(Kind.AUTH, request, now)
                done += len(asked_for.requests)
            return done / (process_time() - spent)

        ask(0.05)
        yield ask


@contextmanager
def _on(core: int) -> Iterator[None]:
    """Run this process on one core within the block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _served(folder: Path, core: int, *options: str) -> Iterator[Server]:
    command = [*pinned(core), sys.executable, "-m", "harness.bench.responder", str(folder), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            line = msgspec.json.decode(_line(process))
            yield Server(process, line["port"], line["requests"])
        finally:
            _end(process)


def _end(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """End a process of ours: by its standard input, or else by its own number."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _line(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> str:
    assert process.stdout is not None  # noqa: S101  (for mypy: it was made with a pipe)
    line = process.stdout.readline()
    return line if isinstance(line, str) else line.decode()


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None  # noqa: S101  (for mypy: it was made with a pipe)
    process.stdin.write(line)
    process.stdin.flush()


def _loaded(job: Job, core: int) -> Result:
    return wrk.run(job, core) if wrk.is_there() else _python_load(job, core)


def _python_load(job: Job, core: int) -> Result:
    return _run("harness.bench.load", core=core, given=msgspec.json.encode(job))


def _run(module: str, *arguments: str, core: int, given: bytes = b"", before: tuple[str, ...] = ()) -> Result:
    command = [*pinned(core), *before, sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=120)
    return msgspec.json.decode(done.stdout, type=Result)


def _write_peer(place: Path, folder: Path, key: ResponderKey) -> None:
    """Write what `openssl ocsp` needs to answer the same questions with the same keys."""
    place.mkdir(mode=0o700)
    with asked(folder, key, presigned=False) as asked_for:
        now = asked_for.world.clock.now()
        authority = asked_for.service.generations(Kind.AUTH, now)[-1]
        delegate = DELEGATES.of(authority, now, key)
        certificate = load_der_x509_certificate(delegate.certificate)
        serials = [load_der_ocsp_request(each).serial_number for each in asked_for.requests]
        (place / "requests.json").write_bytes(msgspec.json.encode([each.hex() for each in asked_for.requests]))
    (place / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (place / "responder.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    private = delegate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (place / "responder.key").write_bytes(private)
    lines = [f"V\t311201000000Z\t\t{serial:08X}\tunknown\t/CN={serial}\n" for serial in serials]
    (place / "index.txt").write_text("".join(lines), encoding="ascii")


def _peer(place: Path, seconds: float, here: int, there: int) -> float | None:
    """Return the rate of `openssl ocsp`; None where it may not be run apart from the net."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        return None
    arguments = [str(place), str(seconds), str(here), str(there)]
    result = _run("harness.bench.peer", *arguments, core=here, before=("unshare", "-rn"))
    return result.answers / result.responder if result.responder else None


def _verify(server: Server) -> None:
    """Raise where an answer taken under load is not good, not asked for, or not signed by whom it carries."""
    samples = server.samples
    for request, response in zip(samples[::2], samples[1::2], strict=True):
        asked_for, said = load_der_ocsp_request(bytes.fromhex(request)), load_der_ocsp_response(bytes.fromhex(response))
        key = said.certificates[0].public_key()
        if isinstance(key, RSAPublicKey):
            key.verify(said.signature, said.tbs_response_bytes, PKCS1v15(), SHA256())
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(said.signature, said.tbs_response_bytes, ECDSA(SHA256()))
        same = asked_for.serial_number == said.serial_number and said.certificate_status.name == "GOOD"
        if not same or [each.value for each in asked_for.extensions] != [each.value for each in said.extensions]:
            raise ValueError(f"serial {asked_for.serial_number:X}: expected good with its nonce, actual another answer")

"""Users of everything but a product. Importing this patches the process for gevent: only Locust's own may do so."""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from locust import FastHttpUser, task

from loadtests.pacing import PacedUser
from loadtests.tally import Tally
from loadtests.targets.ground import Ground, Subject, visits
from loadtests.targets.ground_signing import GroundSigner
from loadtests.targets.list_truth import ListJudge
from loadtests.targets.ocsp_truth import OcspJudge
from loadtests.truth import Deed, Ruled, Ruling
from loadtests.vocabulary import Standing

NONCE = 32
"""Octets, as RFC 9654 §2.1 recommends."""


@dataclass
class GroundLoad:
    """What all users of a process share."""

    population: Ground
    tally: Tally = field(default_factory=Tally)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    driven: set[str] = field(default_factory=set)
    signer: GroundSigner = field(default_factory=GroundSigner)


class GroundUser(PacedUser):
    """Comes, asks about one certificate, judges the answer, and comes again."""

    abstract = True
    load: ClassVar[GroundLoad]
    NAME = ""

    def __init__(self, environment: Any) -> None:
        self.network_timeout = self.connection_timeout = self.load.population.timeout
        super().__init__(environment)
        self.number = next(self.load.numbers)
        self._visits = visits(self.load.population, self.number)
        self.prepare()

    @classmethod
    def get_ready(cls, load: GroundLoad) -> None:
        """Make what all users of this process need, before the load begins."""

    def prepare(self) -> None:
        """Make what one user needs for all visits."""

    @task
    def visit(self) -> None:
        """One question."""
        due = self.arrive()
        subject, deed = next(self._visits)
        self.load.driven.add(subject.id)
        try:
            self.ask(subject, deed)
        finally:
            self.pace.ended(due)

    def ask(self, subject: Subject, deed: Deed) -> None:
        """Ask, and count what the answer is worth."""
        raise NotImplementedError

    def judged(self, subject: Subject, deed: Deed, ruled: Ruled) -> None:
        """Count one ruling."""
        kind = deed.value if deed is Deed.FORGED else subject.standing.value
        self.load.tally.judged(kind, subject.id, "", ruled, purpose=self.NAME)
        if ruled.ruling is Ruling.WRONG:
            self.environment.stats.log_error("VERDICT", "wrong", f"expected {ruled.expected}, actual {ruled.actual}")


class HttpGroundUser(GroundUser, FastHttpUser):
    """The same over HTTP."""

    abstract = True
    max_retries = 0

    def exchange(self, path: str, body: bytes | None, kind: str, rule: Callable[[bytes], Ruled]) -> Ruled | None:
        """Return the ruling on the answer; None, counted as an error, when there is none of HTTP 200."""
        self.load.tally.asked()
        begun = time.monotonic()
        with self.client.request(
            "GET" if body is None else "POST",
            path,
            data=body,  # type: ignore[arg-type]  # it takes octets, too
            headers={} if body is None else {"content-type": kind},
            name=self.NAME,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            seconds = time.monotonic() - begun
            if response.status_code != 200:
                said = f"expected HTTP 200, actual {response.status_code}"
                fault = said if response.status_code else f"no answer: {type(response.error).__name__}"
                response.failure(fault)
                self.load.tally.failed(f"{self.NAME}: {fault}")
                return None
            content = response.content or b""
        self.load.tally.took(self.NAME, seconds)
        return rule(content)


class OcspAsker(HttpGroundUser):
    """Asks an OCSP responder, each question with a nonce of its own."""

    NAME = "ocsp"

    def prepare(self) -> None:
        """Read the authority once."""
        ground = self.load.population
        self._judge = OcspJudge(ground.issuer, ground.instant, ground.lasts)
        authority = x509.load_der_x509_certificate(ground.issuer)
        someone = x509.load_der_x509_certificate(next(each.certificate for each in ground.subjects if each.certificate))
        said = ocsp.OCSPRequestBuilder().add_certificate(someone, authority, SHA256()).build()
        self._issuer = (said.issuer_name_hash, said.issuer_key_hash)

    def ask(self, subject: Subject, deed: Deed) -> None:
        """One CertID, one nonce."""
        nonce = os.urandom(NONCE)
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(*self._issuer, subject.serial, SHA256())
        question = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)
        ruled = self.exchange(
            self.load.population.address,
            question,
            "application/ocsp-request",
            lambda answer: self._judge.rule(subject, answer, nonce),
        )
        if ruled is not None:
            self.judged(subject, deed, ruled)


class ListFetcher(HttpGroundUser):
    """Fetches the revocation list that somebody's certificate would be in."""

    NAME = "crl"

    def prepare(self) -> None:
        """Read the authority once."""
        ground = self.load.population
        self._judge = ListJudge(ground.issuer, ground.instant, ground.lasts)

    def ask(self, subject: Subject, deed: Deed) -> None:
        """One list, looked at for one person."""
        ruled = self.exchange(subject.list_url, None, "", lambda der: self._judge.rule(subject, der))
        if ruled is not None:
            self.judged(subject, deed, ruled)


def is_bad(subject: Subject, deed: Deed) -> bool:
    """Return whether whoever comes so has to be refused."""
    return deed is Deed.FORGED or subject.standing not in (Standing.GOOD, Standing.JUST_LOST)

"""What the operator decides for a responder: whose settings count, and whether questions are shared."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp import parse_answer
from reference_impl.verification.ocsp_answer import window_end
from reference_impl.verification.ocsp_client import Found, OcspClient
from reference_impl.verification.ocsp_settings import Coalesce, Nonce, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki

NEVER, WITHOUT, ALWAYS = Coalesce.NEVER, Coalesce.WITHOUT_NONCE, Coalesce.ALWAYS


@pytest.mark.parametrize(
    ("coalesce", "nonce", "shares"),
    [
        (NEVER, Nonce.NONE, False),
        (NEVER, Nonce.SENT, False),
        (NEVER, Nonce.DEMANDED, False),
        (WITHOUT, Nonce.NONE, True),
        (WITHOUT, Nonce.SENT, False),
        (WITHOUT, Nonce.DEMANDED, False),
        (ALWAYS, Nonce.NONE, True),
        (ALWAYS, Nonce.SENT, True),
        (ALWAYS, Nonce.DEMANDED, True),
    ],
)
def test_questions_are_shared_where_it_is_permitted(coalesce: Coalesce, nonce: Nonce, shares: bool) -> None:  # noqa: FBT001
    """The whole table: an answer with a nonce is the asker's own unless the operator says otherwise."""
    assert Responder(address="http://ocsp.test/", coalesce=coalesce, nonce=nonce).shares_questions is shares


@pytest.mark.parametrize(("coalesce", "shares"), [(ALWAYS, 1), (NEVER, 0)])
def test_client_shares_what_may_be_shared(coalesce: Coalesce, shares: int) -> None:
    """The way to share is taken where the settings permit it, and not where they do not."""
    asked: list[object] = []

    def share(key: object, find: Callable[[], Found]) -> Found:
        asked.append(key)
        return find()

    settings = Responder(address="http://ocsp.test/", coalesce=coalesce, nonce=Nonce.NONE)
    client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: a.answer(), bytes, share=share)
    issuer = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    assert client.status(parse_certificate(pki.leaf()), issuer, pki.NOW).reason == "OK"
    assert len(asked) == shares


def test_without_next_update_and_without_a_window_for_it() -> None:
    """RFC 9919 §5: the window is over when it begins; with a window of ours it lasts so long, at most the maximum."""
    encoded = parse_answer(a.answer(a.single(until=None)))
    assert not isinstance(encoded, str)
    (single,) = encoded.singles
    for declared, maximum, lasts in ((None, 60, 0), (30, 60, 30), (60, 60, 60), (90, 60, 60)):
        settings = Responder(
            address="http://ocsp.test/",
            without_next_update=None if declared is None else timedelta(minutes=declared),
            maximum_age=timedelta(minutes=maximum),
        )
        assert window_end(single, settings) == a.GRID + timedelta(minutes=lasts)


def test_settings_of_a_generation_come_before_those_of_its_kind() -> None:
    """By the bytes of its key, else by its kind, else nobody is asked."""
    issuer = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    own, common = Responder(address="http://own.test/"), Responder(address="http://common.test/")
    key, kind = issuer.certificate.public_key, CertificateKind.AUTH
    assert Responders({kind: common}, {key: own}).of(issuer) is own
    assert Responders({kind: common}, {b"another": own}).of(issuer) is common
    assert Responders({CertificateKind.SIGN: common}, {b"another": own}).of(issuer) is None

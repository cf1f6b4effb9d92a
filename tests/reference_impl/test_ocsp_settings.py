"""What the operator decides for a responder: whose settings count, and whether questions are shared."""

import pytest

from reference_impl.verification.ocsp_settings import Coalesce, Nonce, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
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


def test_settings_of_a_generation_come_before_those_of_its_kind() -> None:
    """By the bytes of its key, else by its kind, else nobody is asked."""
    issuer = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
    own, common = Responder(address="http://own.test/"), Responder(address="http://common.test/")
    key, kind = issuer.certificate.public_key, CertificateKind.AUTH
    assert Responders({kind: common}, {key: own}).of(issuer) is own
    assert Responders({kind: common}, {b"another": own}).of(issuer) is common
    assert Responders({CertificateKind.SIGN: common}, {b"another": own}).of(issuer) is None

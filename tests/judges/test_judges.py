"""Every judge finds in everything that is issued what is excused, and nothing else; and every judge can refuse."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.vocabulary import Kind
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, POPULATIONS, Population
from harness.jlis.wrong_certificates import Wrong, wrong_certificate
from tests.judges import programs
from tests.judges.excused import EXCUSES, excused, rows
from tests.judges.issued import NONCE, OF_MEDIUM, Document, Form, Issued, What
from tests.judges.judges import JUDGES, Judge
from tests.judges.page import FILE, page

DOCUMENTS = [(what, population) for population in POPULATIONS for what in OF_MEDIUM[population.medium]]
EVERYTHING = [(judge, *document, form) for judge in Judge for document in DOCUMENTS for form in Form]
BENT = [(judge, *document) for judge in Judge for document in DOCUMENTS]


def ids(cases: Sequence[tuple[object, ...]]) -> list[str]:
    """Return readable names."""
    return ["-".join(str(part) for part in case).replace(" ", "-").replace("/", "-") for case in cases]


@pytest.mark.parametrize(("judge", "what", "population", "form"), EVERYTHING, ids=ids(EVERYTHING))
def test_findings_are_the_excused_ones(
    judge: Judge, what: What, population: Population, form: Form, issued: Issued
) -> None:
    """No finding without an excuse, and no excuse without a finding."""
    document = issued.document(what, population, form)
    assert sorted(JUDGES[judge](document)) == excused(judge, document)


def signature_bit(der: bytes) -> bytes:
    """Return a certificate or list with the last bit of its signature changed."""
    return der[:-1] + bytes([der[-1] ^ 1])


def answer_bit(der: bytes) -> bytes:
    """Return an answer with one bit of its nonce changed, which is signed."""
    at = der.index(NONCE)
    return der[:at] + bytes([der[at] ^ 1]) + der[at + 1 :]


def long_form(der: bytes) -> bytes:
    """Return the same with its length in three octets, where DER wants two."""
    assert der[:2] == b"\x30\x82"
    return b"\x30\x83\x00" + der[2:]


BENDS: dict[Judge, Callable[[bytes], bytes]] = {
    Judge.OPENSSL: signature_bit,
    Judge.GNUTLS: signature_bit,
    Judge.PKILINT: long_form,
    Judge.ASN1CRYPTO: long_form,
}


@pytest.mark.parametrize(("judge", "what", "population"), BENT, ids=ids(BENT))
def test_each_judge_refuses_each_document_when_it_is_bent(
    judge: Judge, what: What, population: Population, issued: Issued
) -> None:
    """One bit of a signature, or one length that is not minimal: a judge that found nothing would judge nothing."""
    document = issued.document(what, population, Form.WITHOUT_MARKER)
    bend = BENDS[judge]
    if what is What.ANSWER and bend is signature_bit:
        bend = answer_bit
    found = JUDGES[judge](replace(document, der=bend(document.der)))
    assert [finding for finding in found if finding not in excused(judge, document)]


UNTRUSTED = "Not verified. The certificate is NOT trusted. "
REFUSED = {
    Judge.GNUTLS: {
        Wrong.SIGNED_BY_STRANGER: f"{UNTRUSTED}The signature in the certificate is invalid",
        Wrong.SIGNED_BY_OTHER_KIND: f"{UNTRUSTED}The signature in the certificate is invalid",
        Wrong.ISSUED_BY_OLDER_GENERATION: f"{UNTRUSTED}The certificate issuer is unknown",
        Wrong.SHA1_SIGNATURE: f"{UNTRUSTED}The certificate chain uses insecure algorithm",
        Wrong.PADDING_WITH_GARBAGE: f"{UNTRUSTED}The signature in the certificate is invalid",
        Wrong.ALGORITHMS_DIFFER: "Error in the certificate",
        Wrong.VERSION_1_WITH_EXTENSIONS: "Error in the certificate",
        Wrong.VALIDITY_REVERSED: f"{UNTRUSTED}The certificate chain uses not yet valid certificate",
        Wrong.UTC_TIME_FOR_2050: f"{UNTRUSTED}The certificate chain uses expired certificate",
        Wrong.ISSUER_OTHER: f"{UNTRUSTED}The certificate issuer is unknown",
        Wrong.KEY_OF_1024_BITS: f"{UNTRUSTED}The certificate chain uses insecure algorithm",
        Wrong.DUPLICATE_EXTENSION: "Duplicate extension in X.509 certificate",
        Wrong.EXTENDED_KEY_USAGE_OTHER: f"{UNTRUSTED}The certificate chain does not match the intended purpose",
        Wrong.TRAILING_OCTETS: "ASN1 parser: Error in DER parsing",
    },
    Judge.PKILINT: {
        Wrong.SIGNED_BY_STRANGER: "pkix.signature_verification_failed",
        Wrong.ISSUED_BY_OLDER_GENERATION: "pkix.issuer_and_subject_key_identifier_not_equal",
        Wrong.ALGORITHMS_DIFFER: "pkix.certificate_signature_algorithm_mismatch",
        Wrong.VERSION_1: "pkix.certificate_version_is_not_v3",
        Wrong.SERIAL_ZERO: "pkix.certificate_serial_number_out_of_range",
        Wrong.SERIAL_NEGATIVE: "pkix.certificate_serial_number_out_of_range",
        Wrong.SERIAL_OF_21_OCTETS: "pkix.certificate_serial_number_out_of_range",
        Wrong.SERIAL_NOT_MINIMAL: "unreadable: Non-minimal INTEGER encoding",
        Wrong.BOOLEAN_NOT_FF: "unreadable: Non-canonical BOOLEAN encoding",
        Wrong.DEFAULT_ENCODED: "unreadable: Explicitly encoded default value",
        Wrong.VALIDITY_REVERSED: "pkix.certificate_negative_validity_period",
        Wrong.GENERALIZED_TIME_BEFORE_2050: "pkix.wrong_time_useful_type",
        Wrong.ISSUER_REENCODED: "pkix.issuer_and_subject_dn_not_binary_equal",
        Wrong.DUPLICATE_EXTENSION: "pkix.duplicate_extension",
        Wrong.CA_TRUE: "pkix.ca_certificate_keycertsign_keyusage_not_set",
        Wrong.KEY_CERT_SIGN: "pkix.ee_certificate_keycertsign_keyusage_set",
        Wrong.AUTHORITY_KEY_ID_OTHER: "pkix.issuer_and_subject_key_identifier_not_equal",
        Wrong.AUTHORITY_KEY_ID_ABSENT: "pkix.authority_key_identifier_extension_absent",
    },
    Judge.ASN1CRYPTO: {
        Wrong.SERIAL_NOT_MINIMAL: "not the DER of its own values",
        Wrong.LENGTH_IN_LONG_FORM: "not the DER of its own values",
        Wrong.BOOLEAN_NOT_FF: "not the DER of its own values",
        Wrong.DEFAULT_ENCODED: "not the DER of its own values",
        Wrong.TRAILING_OCTETS: "unreadable: Extra data - 2 bytes of trailing data were provided",
    },
    Judge.OPENSSL: {
        Wrong.SIGNED_BY_STRANGER: "certificate signature failure",
        Wrong.POLICY_OF_OTHER_KIND: "no explicit policy",
        Wrong.EXTENDED_KEY_USAGE_OTHER: "unsuitable certificate purpose",
        Wrong.UNKNOWN_CRITICAL_EXTENSION: "unhandled critical extension",
    },
}
"""What a wrong leaf is refused for; OpenSSL's words on every variant are in tests/harness/wrong_opinions.py."""
REFUSALS = [(judge, wrong) for judge, table in REFUSED.items() for wrong in table]


def wrong_leaf(wrong: Wrong, issued: Issued) -> Document:
    """Return the authentication leaf without marker with one thing wrong."""
    document = issued.document(What.LEAF, CARD_AUTH, Form.WITHOUT_MARKER)
    return replace(document, der=wrong_certificate(wrong, document.der, issued.signers[Kind.AUTH]))


@pytest.mark.parametrize(("judge", "wrong"), REFUSALS, ids=[f"{judge}-{wrong}" for judge, wrong in REFUSALS])
def test_wrong_certificate_is_refused_for_what_is_wrong(judge: Judge, wrong: Wrong, issued: Issued) -> None:
    """The judge's own words on a certificate with one thing wrong."""
    document = wrong_leaf(wrong, issued)
    found = [finding for finding in JUDGES[judge](document) if finding not in excused(judge, document)]
    assert REFUSED[judge][wrong] in found


@pytest.mark.parametrize("judge", [Judge.OPENSSL, Judge.GNUTLS])
def test_status_that_is_not_the_truth_is_a_finding(judge: Judge, issued: Issued) -> None:
    """The holder who moved is revoked: as the answer for somebody who is not, the same answer is refused."""
    answer = issued.document(What.ANSWER, CARD_SIGN, Form.WITHOUT_MARKER)
    assert JUDGES[judge](answer) == []
    assert JUDGES[judge](replace(answer, population=CARD_AUTH))


def test_list_in_use_that_is_not_the_truth_is_a_finding(issued: Issued) -> None:
    """OpenSSL refuses the leaf by the list: whoever expects it to be good hears of it."""
    of_mover = issued.document(What.LIST, CARD_SIGN, Form.AS_ISSUED)
    assert JUDGES[Judge.OPENSSL](replace(of_mover, population=CARD_AUTH)) == ["in use: ['certificate revoked']"]


def test_excuses_have_both_languages_and_a_clause() -> None:
    """Whoever reads the page learns why, in either language, and where it is written."""
    assert all(excuse.en and excuse.ja and excuse.clause for excuse in EXCUSES)
    assert len(set(EXCUSES)) == len(EXCUSES)
    assert len(list(rows())) == len(Judge) * len(What) * len(Form)


def test_page_is_what_the_table_says() -> None:
    """Whoever changes an excuse writes the page anew: python -m tests.judges.page."""
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("ci", ["", "true"])
def test_missing_program_is_a_skip_and_under_ci_a_failure(
    ci: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A judge that is not there judges nothing: the reason is named, and CI does not take it for a pass."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", str(tmp_path))
    expected = pytest.fail.Exception if ci else pytest.skip.Exception
    with pytest.raises(expected, match="certtool: expected on PATH, actual none; install Debian package gnutls-bin"):
        programs.run("certtool", "--version")

"""The four judges: each returns what it finds wrong with a document, in its own words; nothing when it is content."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from asn1crypto import crl, ocsp, x509
from asn1crypto.core import Asn1Value

from harness.contract.vocabulary import Kind
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN
from tests.harness.openssl import at
from tests.judges.issued import Document, What
from tests.judges.programs import run

TRUTH = {Kind.AUTH: "good", Kind.SIGN: "revoked"}
"""What list and answer say of the holder who moved."""
PURPOSES = {Kind.AUTH: "sslclient", Kind.SIGN: "smimesign"}
POLICIES = {
    CARD_AUTH: "1.2.392.200149.8.5.1.2.30",
    CARD_SIGN: "1.2.392.200149.8.5.1.0.20",
    PHONE_AUTH: "1.2.392.200149.8.5.1.2.50",
    PHONE_SIGN: "1.2.392.200149.8.5.1.0.40",
}
ONLY = ("-no-CAfile", "-no-CApath", "-no-CAstore", "-x509_strict", "-auth_level", "2")
LOADED = {What.AUTHORITY: x509.Certificate, What.LEAF: x509.Certificate, What.DELEGATE: x509.Certificate}
CLIENT_AUTH, OCSP_SIGNING = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.9"


class Judge(StrEnum):
    """Whose opinion it is."""

    OPENSSL = "OpenSSL"
    GNUTLS = "GnuTLS"
    PKILINT = "pkilint"
    ASN1CRYPTO = "asn1crypto"


def openssl(document: Document) -> list[str]:
    """Return what `verify -x509_strict`, `crl -verify`, the list's use, or `ocsp` refuse."""
    der, pem = document.files()
    authority = document.authority.with_suffix(".pem")
    if document.what is What.ANSWER:
        return _openssl_answer(document, der)
    if document.what is What.LIST:
        _, said = run("openssl", "crl", "-in", pem, "-verify", "-CAfile", authority, "-noout")
        findings = [] if "verify OK" in said else _errors(said)
        leaf = document.leaf.with_suffix(".pem")
        options = ("-crl_check", "-extended_crl", "-CRLfile", pem, "-trusted", authority)
        expected = {"good": [], "revoked": ["certificate revoked"]}[TRUTH[document.population.kind]]
        used = _verify(document, leaf, *options)
        return findings + ([] if used == expected else [f"in use: {used}"])
    own: Mapping[What, tuple[str, ...]] = {
        What.AUTHORITY: ("-check_ss_sig",),
        What.LEAF: (
            "-purpose",
            PURPOSES[document.population.kind],
            "-policy",
            POLICIES[document.population],
            "-explicit_policy",
        ),
        What.DELEGATE: ("-purpose", "ocsphelper"),
    }
    return _verify(document, pem, *own[document.what], "-trusted", authority)


def gnutls(document: Document) -> list[str]:
    """Return what certtool and ocsptool refuse, and the critical extensions that they do not know."""
    der, pem = document.files()
    authority = document.authority.with_suffix(".pem")
    if document.what is What.ANSWER:
        asked = ("--load-request", document.request, "--load-response", der, "--load-trust", authority)
        code, said = run("ocsptool", "--verify-response", *asked)
        truth = f"Certificate Status: {TRUTH[document.population.kind]}"
        contented = code == 0 and "Verifying OCSP Response: Success." in said and truth in said
        return [] if contented else _gnutls_words(said)
    if document.what is What.LIST:
        code, said = run("certtool", "--verify-crl", "--load-ca-certificate", authority, "--infile", pem)
        refused = [] if code == 0 and "Verification output: Verified." in said else _gnutls_words(said)
        return refused + _unknown(run("certtool", "--crl-info", "--infile", pem)[1])
    purpose = {What.LEAF: CLIENT_AUTH if document.population.kind is Kind.AUTH else None, What.DELEGATE: OCSP_SIGNING}
    wanted = purpose.get(document.what)
    options = ["--verify-profile", "medium", *(("--verify-purpose", wanted) if wanted else ())]
    code, said = run("certtool", "--verify", *options, "--load-ca-certificate", authority, "--infile", pem)
    refused = [] if code == 0 and "The certificate is trusted." in said else _gnutls_words(said)
    return refused + _unknown(run("certtool", "--certificate-info", "--infile", pem)[1])


def pkilint(document: Document) -> list[str]:
    """Return the codes that pkilint finds from NOTICE up, by itself and under its issuer."""
    der, _ = document.files()
    if document.what is What.ANSWER:
        return _lint("lint_ocsp_response", der)
    if document.what is What.LIST:
        return _lint("lint_crl", der, options=("--type", "CRL", "--profile", "PKIX"))
    alone = _lint("lint_pkix_cert", der)
    if document.what is What.AUTHORITY or (alone and alone[0].startswith("unreadable")):
        return alone
    return sorted({*alone, *_lint("lint_pkix_signer_signee_cert_chain", document.authority, der)})


def asn1crypto(document: Document) -> list[str]:
    """Return whether it is not to be read to its last value, or not the DER of what it says."""
    reader: type[Asn1Value] = LOADED.get(document.what, crl.CertificateList)
    if document.what is What.ANSWER:
        reader = ocsp.OCSPResponse
    try:
        read = reader.load(document.der, strict=True)
        _ = read.native
        again = read.copy().dump(force=True)
    except (ValueError, TypeError) as fault:
        return [f"unreadable: {str(fault).splitlines()[0]}"]
    return [] if again == document.der else ["not the DER of its own values"]


JUDGES: Mapping[Judge, Callable[[Document], list[str]]] = {
    Judge.OPENSSL: openssl,
    Judge.GNUTLS: gnutls,
    Judge.PKILINT: pkilint,
    Judge.ASN1CRYPTO: asn1crypto,
}


def _openssl_answer(document: Document, der: Path) -> list[str]:
    files = ("-respin", der, "-reqin", document.request, "-issuer", document.authority.with_suffix(".pem"))
    # OpenSSL would put a nonce of its own into the request that it reads; the answer's is compared all the same.
    trust = ("-no_nonce", "-CAfile", document.authority.with_suffix(".pem"), "-cert", document.leaf.with_suffix(".pem"))
    _, said = run("openssl", "ocsp", *files, *trust, *ONLY[1:], *at(document.now))
    findings = [] if "Response verify OK" in said else _errors(said)
    if "WARNING" in said:
        findings.append(next(line for line in said.splitlines() if "WARNING" in line))
    status = re.search(rf"^{document.leaf.with_suffix('.pem')}: (\w+)$", said, re.MULTILINE)
    return (
        findings
        if status and status[1] == TRUTH[document.population.kind]
        else [*findings, f"says {status and status[1]}"]
    )


def _verify(document: Document, pem: Path, *options: str | Path) -> list[str]:
    code, said = run("openssl", "verify", *ONLY, *at(document.now), *options, pem)
    return [] if code == 0 and said.strip() == f"{pem}: OK" else _errors(said)


def _errors(said: str) -> list[str]:
    return re.findall(r"^error \d+ at \d+ depth lookup: (.*)$", said, re.MULTILINE) or [said.strip()[-200:]]


def _gnutls_words(said: str) -> list[str]:
    """Return GnuTLS's own sentence: of the import, of the chain, or of the answer."""
    imported = re.findall(r"(ASN1 parser: [^.\n]*)|error parsing CRTs: ([^\n]*\S)", said)
    judged = re.findall(r"(?:Verification|Chain verification) output: ([^\n]*\S)", said)
    answered = re.findall(r"Verifying OCSP Response: ([^\n]*\S)", said)
    return sorted({"".join(words).removesuffix(".") for words in imported or judged or answered}) or [
        said.strip()[-200:]
    ]


def _unknown(said: str) -> list[str]:
    return sorted(set(re.findall(r"Unknown extension \S+ \(critical\)", said)))


def _lint(command: str, *files: Path, options: tuple[str, ...] = ()) -> list[str]:
    asked = ("--severity", "NOTICE", "--format", "JSON", "--document-format", "DER")
    _, said = run(command, "lint", *options, *asked, *files)
    start = said.find('{"results"')
    if start < 0:
        return [f"unreadable: {said.strip().rsplit(': ', 1)[-1]}"]
    results = json.JSONDecoder().raw_decode(said[start:])[0]["results"]
    found = [one for result in results for one in result["finding_descriptions"]]
    return sorted({_code(one["code"], one["message"] or "") for one in found})


def _code(code: str, message: str) -> str:
    """Return what was found; of a finding that says no more than "unreadable", why, and never a value."""
    return f"{code}: {message.rsplit(': ', 1)[-1]}" if code == "itu.invalid_asn1_syntax" else code

"""Every finding of the judges that we keep, with the reason and the clause; there are no others."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.judges.issued import Document, Form, What
from tests.judges.judges import Judge


@dataclass(frozen=True)
class Excuse:
    """A finding that stands: whose, on what, in which words, and why nothing is changed for it."""

    judge: Judge
    on: tuple[What, ...]
    forms: tuple[Form, ...]
    finding: str
    en: str
    ja: str
    clause: str

    def covers(self, judge: Judge, document: Document) -> bool:
        """Return whether it speaks of this judge and document; it speaks of every population."""
        return judge is self.judge and document.what in self.on and document.form in self.forms


CERTIFICATES = (What.AUTHORITY, What.LEAF, What.DELEGATE)
ISSUED, BOTH = (Form.AS_ISSUED,), tuple(Form)
_MARKER_EN = "The marker's OID stands under 2.25 and has a UUID of 128 bits as its arc: legal, and more than {} holds."
_MARKER_JA = "識別用拡張の OID は 2.25 の下に 128 ビットの UUID を持つ。規格上は正しいが {} は扱えない。"
_MARKER_CLAUSE = "ITU-T X.667 §7; spec/pki.md §1.5"
_GNUTLS_EN = _MARKER_EN.format("libtasn1 (64 bits)")
_GNUTLS_JA = _MARKER_JA.format("libtasn1（64 ビットまで）")
_PKILINT_EN = _MARKER_EN.format("pkilint's decoder (32 bits)")
_PKILINT_JA = _MARKER_JA.format("pkilint の復号器（32 ビットまで）")
_TOO_LARGE = "OID contains arc which is larger than 32-bits"
EXCUSES = (
    Excuse(
        Judge.GNUTLS,
        (*CERTIFICATES, What.ANSWER),
        ISSUED,
        "ASN1 parser: Error in DER parsing",
        _GNUTLS_EN,
        _GNUTLS_JA,
        _MARKER_CLAUSE,
    ),
    Excuse(
        Judge.GNUTLS,
        (What.LIST,),
        ISSUED,
        "ASN1 parser: Error in DER parsing",
        f"The list is read; its authority's certificate is not. {_GNUTLS_EN}",
        f"リストは読めるが、認証局証明書を読めない。{_GNUTLS_JA}",
        _MARKER_CLAUSE,
    ),
    Excuse(
        Judge.GNUTLS,
        (What.LIST,),
        BOTH,
        "Unknown extension 2.5.29.28 (critical)",
        "issuingDistributionPoint is critical by the standard, and GnuTLS does not know it: not for partitioned lists.",
        "issuingDistributionPoint は規格により critical。GnuTLS は未対応で、分割された CRL には使えない。",
        "RFC 5280 §5.2.5",
    ),
    Excuse(Judge.PKILINT, CERTIFICATES, ISSUED, f"unreadable: {_TOO_LARGE}", _PKILINT_EN, _PKILINT_JA, _MARKER_CLAUSE),
    Excuse(
        Judge.PKILINT,
        (What.ANSWER,),
        ISSUED,
        f"itu.invalid_asn1_syntax: {_TOO_LARGE}",
        f"In the delegate's certificate beside the answer. {_PKILINT_EN}",
        f"応答に添付されたレスポンダ証明書の中。{_PKILINT_JA}",
        _MARKER_CLAUSE,
    ),
    Excuse(
        Judge.PKILINT,
        (What.LEAF,),
        (Form.WITHOUT_MARKER,),
        "pkix.certificate_policies_policy_has_qualifier",
        "The RFC recommends an OID alone; the certificates of J-LIS carry the address of the CPS (observed).",
        "RFC は OID のみを推奨するが、J-LIS の証明書は CPS の URL を含む（観測済み）。",
        "RFC 5280 §4.2.1.4; spec/pki.md §1.3",
    ),
)


def excused(judge: Judge, document: Document) -> list[str]:
    """Return the findings that are excused, in order."""
    return sorted(excuse.finding for excuse in EXCUSES if excuse.covers(judge, document))


def rows() -> Iterator[tuple[Judge, What, Form, list[Excuse]]]:
    """Yield what is excused of each judge, document and form, nothing included; the populations are alike."""
    for judge in Judge:
        for what in What:
            for form in Form:
                excuses = [one for one in EXCUSES if one.judge is judge and what in one.on and form in one.forms]
                yield judge, what, form, excuses

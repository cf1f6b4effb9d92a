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


BOTH = tuple(Form)
EXCUSES = (
    Excuse(
        Judge.GNUTLS,
        (What.LIST,),
        BOTH,
        "Unknown extension 2.5.29.28 (critical)",
        "issuingDistributionPoint is critical by the standard, and GnuTLS does not know it: not for partitioned lists.",
        "issuingDistributionPoint は規格により critical。GnuTLS は未対応で、分割された CRL には使えない。",
        "RFC 5280 §5.2.5",
    ),
    Excuse(
        Judge.PKILINT,
        (What.LEAF,),
        BOTH,
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

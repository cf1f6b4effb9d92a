"""docs/judged.md: what others find in what is issued, and why it stays; written from the table the tests hold to.

python -m tests.judges.page
"""

from pathlib import Path

from tests.judges.excused import EXCUSES, Excuse, rows

FILE = Path(__file__).parents[2] / "docs" / "judged.md"
HEAD = """# Judged by others

Written by `python -m tests.judges.page` from `tests/judges/excused.py`; a test fails when it differs. Each judge gets
one of everything that is issued, for card and phone, authentication and signature. Its findings are those below and no
others; an excuse that no longer occurs fails too. That each judge can refuse is shown with wrong certificates and bent
documents in `tests/judges/test_judges.py`. *Without the marker* is the same document with nothing but the marker
extension left out: two judges cannot read the marker's object identifier, and would judge nothing else.

このページは `python -m tests.judges.page` が `tests/judges/excused.py` から生成し、差異があればテストが失敗する。
各判定プログラムに、発行する全種類の文書（カード・スマートフォン、利用者証明用・署名用）を渡す。指摘は下表のものだけであり、
発生しなくなった例外もテストの失敗となる。判定プログラムが実際に拒否できることは、意図的に誤らせた証明書で確認する。
*without the marker* は識別用拡張だけを除いた同じ文書である。二つの判定プログラムがその OID を読めないためである。

| judge | asked |
|---|---|
| OpenSSL | `verify -x509_strict -auth_level 2`, purpose, policy; `crl -verify`; the list used (`-crl_check`); `ocsp` |
| GnuTLS | `certtool --verify` (medium, purpose), `--verify-crl`, unknown critical extensions; `ocsptool` |
| pkilint | `lint_pkix_cert`, `lint_pkix_signer_signee_cert_chain`, `lint_crl`, `lint_ocsp_response`, from NOTICE up |
| asn1crypto | strict reading to the last value, and writing it anew gives the same octets |
"""


def page() -> str:
    """Return the page."""
    lines = [HEAD, "## Findings\n", "| judge | document | form | excused |", "|---|---|---|---|"]
    lines += [
        f"| {judge.value} | {what.value} | {form.value} | {' '.join(f'[{number(one)}]' for one in excuses) or 'none'} |"
        for judge, what, form, excuses in rows()
    ]
    lines += ["\n## Excuses\n", "| no. | judge | finding | why it stays | 理由 | clause |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {number(one)} | {one.judge.value} | `{one.finding}` | {one.en} | {one.ja} | {one.clause} |"
        for one in EXCUSES
    ]
    return "\n".join([*lines, ""])


def number(excuse: Excuse) -> int:
    """Return the number under which an excuse stands."""
    return EXCUSES.index(excuse) + 1


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")

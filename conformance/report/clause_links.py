"""Where a requirement is written: its clauses as text, with an address where the text is public and has anchors."""

import re

from conformance.register import Requirement
from conformance.report.view import Clause

RFC = "https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
OPENID = "https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.{section}"
_NAMED = re.compile(r"(RFC \d+|OIDC Core|ISO [\d-]+|spec/\w+\.md|DESIGN|CONFORMANCE)\s*")
_SECTION = re.compile(r"\d+(?:\.\d+)*")
_BARE_RFC = re.compile(r"(\d{4,5})\s+(?=\d)")


def clauses_of(requirement: Requirement) -> tuple[Clause, ...]:
    """Return the clauses of a requirement one by one, each with its document.

    `4.2.1, 6.1.3(a)(2); RFC 9654 2.1` are three, and the last is of another document than the first two.
    """
    document = requirement.source.split(";")[0].strip()
    found = []
    for part in re.split(r";\s*|,\s+(?=\d)", requirement.clause):
        rest = part.strip()
        if named := _NAMED.match(rest):
            document, rest = named[1], rest[named.end() :]
        elif (bare := _BARE_RFC.match(rest)) and f"RFC {bare[1]}" in requirement.source:
            document, rest = f"RFC {bare[1]}", rest[bare.end() :]
        found.append(_clause(document, rest.strip()))
    return tuple(found)


def _clause(document: str, rest: str) -> Clause:
    section = _SECTION.match(rest)
    if section is None:
        return Clause(f"{document} {rest}".strip(), None)
    if document.startswith("RFC "):
        address = RFC.format(number=document.removeprefix("RFC "), section=section[0])
    elif document == "OIDC Core":
        address = OPENID.format(section=section[0])
    else:
        return Clause(f"{document} {rest}", None)
    return Clause(f"{document} §{rest}", address)

"""Lists that are almost right, signed after they were changed: OpenSSL, cryptography and we use the same ones.

Each is asked about a certificate that the untouched list has as revoked and about one that it has not. A disagreement
is explained in a table or is a defect; an explanation that fits none is one, too.
"""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.reference_impl.cross_check.explained import Explained
from tests.reference_impl.cross_check.mutation import (
    Change,
    Mutated,
    change_element,
    drop_octet,
    flip_bit,
    mutations,
    replace_octet,
)
from tests.revocation_lists import making as m
from tests.revocation_lists import opinions
from tests.revocation_lists.test_statuses import SERIAL, holder

NOT_DER = "^X.690 "
USED = "^(ok|revoked)$"

USED_BY_US_NOT_BY_OPENSSL = (
    Explained(
        USED,
        "unable to get certificate CRL",
        "the authorityKeyIdentifier names another key: for OpenSSL a filter, for us a means to choose (spec/rfc.md B2)",
    ),
)
REFUSED_BY_US_NOT_BY_OPENSSL = (
    Explained(NOT_DER, USED, "a part that OpenSSL does not look at, or reads as BER"),
    Explained("^structure", USED, "an element of another type, which OpenSSL meets only when it is asked for it"),
    Explained("^RFC 5280 §4.1.2.5: an entry", USED, "a date that is none: OpenSSL reads no date of an entry"),
    Explained("^RFC 5280 §5.1.1.2", USED, "the algorithms differ inside and outside: OpenSSL looks at the outer one"),
    Explained("^RFC 5280 §5.1.2.5", USED, "no nextUpdate: OpenSSL then sees no end of it, we see no list (B14)"),
    Explained("^RFC 5280 §5.2.3", USED, "no number: going back could not be seen; OpenSSL keeps no list"),
    Explained("^RFC 5280 §5.2:", USED, "an extension of the list twice"),
    Explained("^RFC 5280 §5.1.2.3", USED, "an issuer whose tag is not that of a constructed type"),
    Explained("^RFC 5280 §5.2.5", USED, "a scope of no form that there is: OpenSSL passes over what it cannot read"),
    Explained("^RFC 5280 §4.2.1.(6|13):", USED, "the same of the name of a point"),
    Explained(
        "^RFC 5280 §6.3.3\\(b\\)\\(2\\)\\(i\\)",
        USED,
        "a point's name that OpenSSL cannot read any more: it then takes the list as one of everything; "
        "or one that differs in case alone, and we compare octets (B5)",
    ),
    Explained("^RFC 5280 §5.3.[12]", USED, "a reason or invalidityDate that is none: OpenSSL then sees no reason"),
    Explained("^RFC 5280 §4.[12]: an entry", USED, "an extension of an entry twice, or none in the sequence"),
)  # fmt: skip

USED_BY_US_NOT_BY_CRYPTOGRAPHY = (
    Explained(USED, "^unreadable: error parsing asn1 value", "a value of an extension that we do not read"),
)
REFUSED_BY_US_NOT_BY_CRYPTOGRAPHY = (
    Explained("^RFC 5280 §6.3.3", USED, "cryptography judges neither scope nor issuer nor time"),
    Explained("^RFC 5280 §5.2[.:]", USED, "nor which critical extensions are known"),
    Explained("^RFC 5280 §5.1.2.1", USED, "a version that is absent or does not exist"),
    Explained("^RFC 5280 §5.1.2.5", USED, "nor whether there is a nextUpdate"),
    Explained("^spec/pki.md §9", USED, "nor the time"),
    Explained("^RFC 5280 §4.1.2.4", USED, "a string that is none of a name"),
    Explained("^RFC 5280 §4.1: an entry", USED, "no extension in the sequence of an entry"),
)


class Judged(NamedTuple):
    """A list, and what two readers say of one certificate by it."""

    name: str
    ours: str
    theirs: str

    @property
    def sides(self) -> tuple[str, str]:
        """Either opinion as one of ok, revoked, refused."""
        return _side(self.ours), _side(self.theirs)


def _side(said: str) -> str:
    return said if said in {"ok", "revoked"} else "refused"


CERTIFICATES = (SERIAL, SERIAL + 1)
CHANGES: dict[Change, int] = {flip_bit: 600, replace_octet: 200, drop_octet: 100, change_element: 700}


def almost_right(times: int) -> list[Mutated]:
    """A list of five entries as it is, and changed in one way or another, `times` as often as CHANGES says."""
    entries = [
        m.entry(5),
        m.entry(SERIAL, m.reason(4)),
        m.entry(9, m.reason(6), m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z"))),
        m.entry(0x8F123456),
        m.entry(10, m.extension(m.UNKNOWN, b"\5\0"), date=m.generalized("20500101000000Z")),
    ]
    body = m.body(entries)
    changes = {change: count * times for change, count in CHANGES.items()}
    changed = [Mutated(each.name, m.signed(each.data)) for each in mutations(body, changes, seed=times)]
    return [Mutated("untouched", m.signed(body)), *changed]


Theirs = list[tuple[Mutated, tuple[str, ...]]]
"""Each list with another program's opinion of each certificate."""


@pytest.fixture(scope="module")
def judged_by_openssl(tmp_path_factory: pytest.TempPathFactory) -> Theirs:
    """1,600 lists."""
    certificates = (holder(CERTIFICATES[0]), holder(CERTIFICATES[1]))
    lists = almost_right(1)
    theirs = opinions.openssl(tmp_path_factory.mktemp("lists"), [each.data for each in lists], certificates)
    return [(each, tuple(both)) for each, both in zip(lists, theirs, strict=True)]


@pytest.fixture(scope="module")
def judged_by_cryptography() -> Theirs:
    """8,000 lists."""
    certificates = (holder(CERTIFICATES[0]), holder(CERTIFICATES[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what we want to see it refuse
        return [(each, tuple(opinions.cryptography(each.data, certificates))) for each in almost_right(5)]


def beside_ours(theirs: Theirs) -> list[Judged]:
    """Both opinions, list by list and certificate by certificate."""
    certificates = (holder(CERTIFICATES[0]), holder(CERTIFICATES[1]))
    return [
        Judged(each.name, ours, said)
        for each, both in theirs
        for ours, said in zip(opinions.ours(each.data, certificates), both, strict=True)
    ]


@pytest.fixture(scope="module")
def beside_openssl(judged_by_openssl: Theirs) -> list[Judged]:
    """Ours and OpenSSL's."""
    return beside_ours(judged_by_openssl)


@pytest.fixture(scope="module")
def beside_cryptography(judged_by_cryptography: Theirs) -> list[Judged]:
    """Ours and those of `cryptography`."""
    return beside_ours(judged_by_cryptography)


def unexplained(judged: Sequence[Judged], used: Sequence[Explained], refused: Sequence[Explained]) -> list[Judged]:
    """The disagreements that no table explains; used and not revoked where it is revoked is explained by nothing."""
    return [
        each
        for each in judged
        if each.sides[0] != each.sides[1]
        and not (each.sides[1] == "refused" and any(why.fits(each.ours, each.theirs) for why in used))
        and not (each.sides[0] == "refused" and any(why.fits(each.ours, each.theirs) for why in refused))
    ]


def test_openssl_agrees(beside_openssl: list[Judged]) -> None:
    """But for what the tables explain, of some thousand opinions on either side."""
    assert unexplained(beside_openssl, USED_BY_US_NOT_BY_OPENSSL, REFUSED_BY_US_NOT_BY_OPENSSL) == []
    assert [each.sides for each in beside_openssl[:2]] == [("revoked", "revoked"), ("ok", "ok")]
    assert sum(each.sides == ("refused", "refused") for each in beside_openssl) > 1500
    assert sum(each.sides in {("ok", "ok"), ("revoked", "revoked")} for each in beside_openssl) > 150


def test_cryptography_agrees(beside_cryptography: list[Judged]) -> None:
    """But for what the tables explain."""
    assert unexplained(beside_cryptography, USED_BY_US_NOT_BY_CRYPTOGRAPHY, REFUSED_BY_US_NOT_BY_CRYPTOGRAPHY) == []
    assert [each.sides for each in beside_cryptography[:2]] == [("revoked", "revoked"), ("ok", "ok")]
    assert sum(each.sides == ("refused", "refused") for each in beside_cryptography) > 5000
    assert sum(each.sides in {("ok", "ok"), ("revoked", "revoked")} for each in beside_cryptography) > 700


@pytest.mark.parametrize("why", USED_BY_US_NOT_BY_OPENSSL + REFUSED_BY_US_NOT_BY_OPENSSL, ids=lambda each: each.ours)
def test_every_explanation_beside_openssl_is_needed(beside_openssl: list[Judged], why: Explained) -> None:
    """A disagreement that no longer occurs must not stay excused."""
    assert any(each.sides[0] != each.sides[1] and why.fits(each.ours, each.theirs) for each in beside_openssl)


@pytest.mark.parametrize(
    "why", USED_BY_US_NOT_BY_CRYPTOGRAPHY + REFUSED_BY_US_NOT_BY_CRYPTOGRAPHY, ids=lambda each: each.ours
)
def test_every_explanation_beside_cryptography_is_needed(beside_cryptography: list[Judged], why: Explained) -> None:
    """The same for the other table."""
    assert any(each.sides[0] != each.sides[1] and why.fits(each.ours, each.theirs) for each in beside_cryptography)


def test_scope_that_openssl_knows_is_refused_by_both(tmp_path: Path) -> None:
    """The neighbouring municipality's list: `different CRL scope`, and refused by us."""
    certificates = (holder(CERTIFICATES[0]), holder(CERTIFICATES[1]))
    data = m.a_list([m.entry(5)], m.extensions(name=m.point("Wakaba-shi")))
    assert opinions.openssl(tmp_path, [data], certificates) == [("different CRL scope",) * 2]
    assert re.search("another distribution point", opinions.ours(data, certificates)[0])

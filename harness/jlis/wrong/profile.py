"""What RFC 5280 permits and the profiles of spec/pki.md §1.3–§1.5 do not: usages, policies, distribution points."""

from collections.abc import Mapping

from asn1crypto import x509

from harness.contract.vocabulary import Kind
from harness.jlis.populations import Medium, Population
from harness.jlis.profiles import POLICIES, PRODUCTION_POLICIES
from harness.jlis.wrong.extensions import with_key_usage, without
from harness.jlis.wrong.oids import (
    CERTIFICATE_POLICIES,
    DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    MARKER,
    NOBODYS,
)
from harness.jlis.wrong.parts import NotThisCertificate, Parts, extension
from harness.jlis.wrong.variant import AUTH_ONLY, SIGN_ONLY, Change, Signer, Standing, Variant
from harness.jlis.wrong.vocabulary import Wrong

ELSEWHERE = {"organizational_unit_name": "Betsu-ken", "common_name": "Betsu-shi CRLDP"}
"""A municipality that is none."""


def kind_of(parts: Parts) -> Kind:
    """Return the kind: only certificates for authentication have an extended key usage (§1.3, §1.4)."""
    return Kind.AUTH if parts.has(EXTENDED_KEY_USAGE) else Kind.SIGN


def _usage(*usages: str) -> Change:
    return lambda parts, _signer: with_key_usage(parts, *usages)


def _other_purpose(parts: Parts, _signer: Signer) -> Parts:
    value = x509.ExtKeyUsageSyntax(["server_auth"]).dump()
    if parts.has(EXTENDED_KEY_USAGE):
        return parts.with_value(EXTENDED_KEY_USAGE, value)
    return parts.and_extension(extension(EXTENDED_KEY_USAGE, value, critical=False))


def _with_policy(parts: Parts, oid: str) -> Parts:
    policies = x509.CertificatePolicies.load(parts.value(CERTIFICATE_POLICIES))
    policies[0]["policy_identifier"] = oid
    return parts.with_value(CERTIFICATE_POLICIES, policies.dump(force=True))


def _policy_of_other_kind(parts: Parts, _signer: Signer) -> Parts:
    table, (kind, medium) = _policy_now(parts)
    (other,) = set(Kind) - {kind}
    return _with_policy(parts, table[Population(other, medium)])


def _policy_of_phones(parts: Parts, _signer: Signer) -> Parts:
    table, (kind, medium) = _policy_now(parts)
    (other,) = set(Medium) - {medium}
    return _with_policy(parts, table[Population(kind, other)])


def _policy_unknown(parts: Parts, _signer: Signer) -> Parts:
    return _with_policy(parts, NOBODYS)


def _policy_of_production(parts: Parts, _signer: Signer) -> Parts:
    table, population = _policy_now(parts)
    if table is PRODUCTION_POLICIES:
        raise NotThisCertificate("certificate: expected a policy of the test arc, actual production's already")
    return _with_policy(parts, PRODUCTION_POLICIES[population])


def _policy_now(parts: Parts) -> tuple[Mapping[Population, str], Population]:
    """Return the table that the policy stands in, test or production, and whose it is there (§1.5)."""
    actual = x509.CertificatePolicies.load(parts.value(CERTIFICATE_POLICIES))[0]["policy_identifier"].dotted
    for table in (POLICIES, PRODUCTION_POLICIES):
        for population, policy in table.items():
            if policy == actual:
                return table, population
    raise NotThisCertificate(f"certificate: expected a policy of the profiles, actual {actual}")


def _other_distribution_point(parts: Parts, _signer: Signer) -> Parts:
    points = x509.CRLDistributionPoints.load(parts.value(DISTRIBUTION_POINTS))
    name = points[0]["distribution_point"].chosen[0].chosen
    for rdn in list(name.chosen)[-2:]:
        rdn[0]["value"] = x509.DirectoryString("utf8_string", ELSEWHERE[rdn[0]["type"].native])
    return parts.with_value(DISTRIBUTION_POINTS, points.dump(force=True))


FAULT, POLICY, LEGAL = Standing.FAULT, Standing.POLICY, Standing.LEGAL
_USAGE = "RFC 5280 §4.2.1.3, spec/rfc.md B6"
_POLICY_OID = "RFC 5280 §6.1.5 (g), spec/pki.md §1.5"
PROFILE: Mapping[Wrong, Variant] = {
    Wrong.KEY_USAGE_WITHOUT_DIGITAL_SIGNATURE: Variant(_USAGE, POLICY, _usage("non_repudiation")),
    Wrong.KEY_USAGE_WITHOUT_NON_REPUDIATION: Variant(_USAGE, POLICY, _usage("digital_signature"), kinds=SIGN_ONLY),
    Wrong.KEY_USAGE_ABSENT: Variant(_USAGE, POLICY, without(KEY_USAGE)),
    Wrong.EXTENDED_KEY_USAGE_OTHER: Variant("RFC 5280 §4.2.1.12", FAULT, _other_purpose),
    Wrong.EXTENDED_KEY_USAGE_ABSENT: Variant(
        "RFC 5280 §4.2.1.12, spec/rfc.md B6", POLICY, without(EXTENDED_KEY_USAGE), kinds=AUTH_ONLY
    ),
    Wrong.POLICY_OF_OTHER_KIND: Variant(_POLICY_OID, FAULT, _policy_of_other_kind),
    Wrong.POLICY_OF_PHONES: Variant("spec/pki.md §1.5, §1.6", FAULT, _policy_of_phones),
    Wrong.POLICY_UNKNOWN: Variant(_POLICY_OID, FAULT, _policy_unknown),
    Wrong.POLICY_OF_PRODUCTION: Variant(_POLICY_OID, FAULT, _policy_of_production),
    Wrong.POLICIES_ABSENT: Variant(_POLICY_OID, FAULT, without(CERTIFICATE_POLICIES)),
    Wrong.DISTRIBUTION_POINT_OTHER: Variant("RFC 5280 §4.2.1.13, spec/pki.md §1.3", POLICY, _other_distribution_point),
    Wrong.DISTRIBUTION_POINT_ABSENT: Variant(
        "RFC 5280 §4.2.1.13, spec/pki.md §1.3", POLICY, without(DISTRIBUTION_POINTS)
    ),
    Wrong.MARKER_ABSENT: Variant("spec/pki.md §1.5", LEGAL, without(MARKER)),
}

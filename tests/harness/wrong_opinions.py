"""What each variant changes, and what OpenSSL and cryptography say of it: literals, each read before it was written.

OpenSSL verifies with -x509_strict, the purpose of the kind, its policy required, and authentication level 2. Where it
accepts a fault, a product that leaves everything to it accepts the fault too: that is what the variant is for.
"""

from dataclasses import dataclass

from harness.jlis.wrong_certificates import Wrong

KEY_USAGE, SAN, IAN, BASIC, CRLDP, POLICIES, AKI, EKU = (
    f"2.5.29.{number}" for number in (15, 17, 18, 19, 31, 32, 35, 37)
)
MARKER = "2.25.259267976"
NOBODYS = "2.999.20261121.1"
NOTHING: set[str] = set()
"""Of what is signed: the signature alone is another."""
EVERY_EXTENSION = {"version", "every extension"}
OK, UNREADABLE, BAD_SIGNATURE = "OK", "unreadable", "certificate signature failure"
NO_ISSUER, UNSUITABLE, NO_POLICY = (
    "unable to get local issuer certificate",
    "unsuitable certificate purpose",
    "no explicit policy",
)


@dataclass(frozen=True)
class Row:
    """The regions that are other octets, OpenSSL's words, and how cryptography reads it."""

    changed: set[str]
    openssl: str | dict[str, str]
    cryptography: str

    def openssl_of(self, kind: str) -> str:
        """Return OpenSSL's words on a certificate of a kind."""
        return self.openssl if isinstance(self.openssl, str) else self.openssl[kind]


ROWS = {
    Wrong.SIGNATURE_BIT_FLIPPED: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.SIGNED_BY_STRANGER: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.SIGNED_BY_OTHER_KIND: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.SIGNED_BY_OLDER_GENERATION: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.ISSUED_BY_OLDER_GENERATION: Row({AKI}, NO_ISSUER, "parses"),
    Wrong.SHA1_SIGNATURE: Row({"algorithm", "outer algorithm"}, "CA signature digest algorithm too weak", "parses"),
    Wrong.MD5_SIGNATURE: Row({"algorithm", "outer algorithm"}, "CA signature digest algorithm too weak", "parses"),
    Wrong.ALGORITHMS_DIFFER: Row({"algorithm"}, "cert info signature and signature algorithm mismatch", "parses"),
    Wrong.ALGORITHM_WITHOUT_NULL: Row({"algorithm", "outer algorithm"}, OK, "parses"),
    Wrong.DIGEST_INFO_WITHOUT_NULL: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.PADDING_WITH_GARBAGE: Row(NOTHING, BAD_SIGNATURE, "parses"),
    Wrong.VERSION_1: Row(EVERY_EXTENSION, NO_POLICY, "parses"),
    Wrong.VERSION_1_WITH_EXTENSIONS: Row({"version"}, "Using cert extension requires at least X509v3", "parses"),
    Wrong.VERSION_2: Row({"version"}, "Using cert extension requires at least X509v3", "InvalidVersion"),
    Wrong.SERIAL_ZERO: Row({"serial"}, OK, "warns"),
    Wrong.SERIAL_NEGATIVE: Row({"serial"}, OK, "warns"),
    Wrong.SERIAL_OF_21_OCTETS: Row({"serial"}, OK, "parses"),
    Wrong.SERIAL_OF_20_OCTETS: Row({"serial"}, OK, "parses"),
    Wrong.SERIAL_WITH_HIGH_BIT: Row({"serial"}, OK, "parses"),
    Wrong.VALIDITY_REVERSED: Row({"validity"}, "certificate is not yet valid", "parses"),
    Wrong.UTC_TIME_FOR_2050: Row({"validity"}, "certificate has expired", "parses"),
    Wrong.GENERALIZED_TIME_BEFORE_2050: Row({"validity"}, OK, "parses"),
    Wrong.ISSUER_REENCODED: Row({"issuer"}, OK, "parses"),
    Wrong.ISSUER_OTHER: Row({"issuer"}, NO_ISSUER, "parses"),
    Wrong.SUBJECT_EMPTY: Row(
        {"subject"},
        {"auth": "Subject name empty", "sign": "Subject empty and Subject Alt Name extension not critical"},
        "parses",
    ),
    Wrong.KEY_OF_1024_BITS: Row({"key"}, "EE certificate key too weak", "parses"),
    Wrong.KEY_WITH_EXPONENT_3: Row({"key"}, OK, "parses"),
    Wrong.KEY_WITH_EXPONENT_1: Row({"key"}, OK, "ValueError"),
    Wrong.SERIAL_NOT_MINIMAL: Row({"serial"}, UNREADABLE, "ValueError"),
    Wrong.LENGTH_IN_LONG_FORM: Row({"serial"}, OK, "ValueError"),
    Wrong.INDEFINITE_LENGTH: Row({"outer length"}, OK, "ValueError"),
    Wrong.TRAILING_OCTETS: Row({"after the certificate"}, OK, "ValueError"),
    Wrong.TRAILING_OCTETS_IN_EXTENSION: Row({KEY_USAGE}, OK, "ValueError"),
    Wrong.BOOLEAN_NOT_FF: Row({KEY_USAGE}, OK, "ValueError"),
    Wrong.DEFAULT_ENCODED: Row({IAN}, OK, "ValueError"),
    Wrong.UNKNOWN_CRITICAL_EXTENSION: Row({NOBODYS}, "unhandled critical extension", "parses"),
    Wrong.UNKNOWN_EXTENSION: Row({NOBODYS}, OK, "parses"),
    Wrong.DUPLICATE_EXTENSION: Row({KEY_USAGE}, NO_ISSUER, "DuplicateExtension"),
    Wrong.CA_TRUE: Row({BASIC}, OK, "parses"),
    Wrong.KEY_CERT_SIGN: Row({KEY_USAGE}, "invalid CA certificate", "parses"),
    Wrong.AUTHORITY_KEY_ID_OTHER: Row({AKI}, NO_ISSUER, "parses"),
    Wrong.AUTHORITY_SERIAL_OTHER: Row({AKI}, NO_ISSUER, "parses"),
    Wrong.AUTHORITY_KEY_ID_ABSENT: Row({AKI}, "Missing Authority Key Identifier", "parses"),
    Wrong.KEY_USAGE_WITHOUT_DIGITAL_SIGNATURE: Row({KEY_USAGE}, {"auth": UNSUITABLE, "sign": OK}, "parses"),
    Wrong.KEY_USAGE_WITHOUT_NON_REPUDIATION: Row({KEY_USAGE}, OK, "parses"),
    Wrong.KEY_USAGE_ABSENT: Row({KEY_USAGE}, OK, "parses"),
    Wrong.EXTENDED_KEY_USAGE_OTHER: Row({EKU}, UNSUITABLE, "parses"),
    Wrong.EXTENDED_KEY_USAGE_ABSENT: Row({EKU}, OK, "parses"),
    Wrong.POLICY_OF_OTHER_KIND: Row({POLICIES}, NO_POLICY, "parses"),
    Wrong.POLICY_OF_PHONES: Row({POLICIES}, NO_POLICY, "parses"),
    Wrong.POLICY_UNKNOWN: Row({POLICIES}, NO_POLICY, "parses"),
    Wrong.POLICY_OF_PRODUCTION: Row({POLICIES}, NO_POLICY, "parses"),
    Wrong.POLICIES_ABSENT: Row({POLICIES}, NO_POLICY, "parses"),
    Wrong.DISTRIBUTION_POINT_OTHER: Row({CRLDP}, OK, "parses"),
    Wrong.DISTRIBUTION_POINT_ABSENT: Row({CRLDP}, OK, "parses"),
    Wrong.MARKER_ABSENT: Row({MARKER}, OK, "parses"),
    Wrong.OTHER_NAME_WITH_OTHER_TAG: Row({SAN}, NO_ISSUER, "ValueError"),
    Wrong.OTHER_NAME_OF_OTHER_TYPE: Row({SAN}, OK, "parses"),
    Wrong.OTHER_NAME_TWICE: Row({SAN}, OK, "parses"),
    Wrong.ADDRESS_AND_FLAGS_SWAPPED: Row({SAN}, OK, "parses"),
    Wrong.NAME_FLAGS_TOO_SHORT: Row({SAN}, OK, "parses"),
    Wrong.ERA_UNKNOWN: Row({SAN}, OK, "parses"),
    Wrong.BIRTH_MONTH_UNKNOWN: Row({SAN}, OK, "parses"),
    Wrong.ADDRESS_OF_200_CHARACTERS: Row({SAN}, OK, "parses"),
    Wrong.ADDRESS_OF_201_CHARACTERS: Row({SAN}, OK, "parses"),
}

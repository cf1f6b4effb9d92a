"""Where `openssl ocsp` and the OCSP client differ about an answer, and why each is right by its own lights."""

from tests.reference_impl.cross_check.explained import Explained

ACCEPTED_BY_US = (
    Explained(
        "^good$",
        "No Status found",
        "a CertID by the other hash for the same certificate: OpenSSL compares octets, RFC 6960 §3.2(1) asks whether "
        "the answer corresponds to the certificate (spec/rfc.md B20)",
    ),
)

REFUSED_BY_US = (
    Explained(
        "^STATUS_UNTRUSTED RFC 5280 §4.1.2.5 .*YYYYMMDDhhmmssZ",
        "^good$",
        "a time of another form, of producedAt above all, which OpenSSL does not look at",
    ),
    Explained("^STATUS_UNTRUSTED RFC 5280 §4.1.2.5 .*calendar", "^good$", "a producedAt of no calendar"),
    Explained("^STATUS_UNTRUSTED RFC 5280 §4.1 .*at least one", "^good$", "Extensions is SIZE (1..MAX)"),
    Explained("^STATUS_UNTRUSTED RFC 5280 §4.2 .*each extension once", "^good$", "§4.2 allows an extension once"),
    Explained(
        "^STATUS_UNTRUSTED structure .*tag 0x05, found",
        "^good$",
        "parameters that are no NULL (RFC 4055 §5, RFC 5754 §2)",
    ),
    Explained(
        "^STATUS_UNTRUSTED (structure .*tag 0x04, found|X.690 §8.1|X.690 §10.1)",
        "^good$",
        "a nonce that is no OCTET STRING in its OCTET STRING (RFC 9654 §2.1); OpenSSL compares it as octets, if at all",
    ),
    Explained(
        "^STATUS_UNTRUSTED RFC 6960 §4.2.2.2 ",
        "^good$",
        "a delegate without nocheck, or not strictly DER, or behind eight other certificates: OpenSSL asks nobody "
        "about a delegate unless told to, and looks at all certificates",
    ),
    Explained("^STATUS_UNTRUSTED RFC 6960 §2.4 ", "^good$", "thisUpdate after producedAt: declared policy (§2.4)"),
    Explained("^STATUS_STALE RFC 6960 §3.2\\(6\\) ", "^good$", "older than declared (§3.2(5)); OpenSSL has no limit"),
    Explained(
        "^REVOKED ",
        "^good$",
        "two SingleResponses about the certificate: OpenSSL takes the first, here none may refuse",
    ),
    Explained("^STATUS_UNAVAILABLE RFC 6960 §2.3 .*octets more", "^good$", "octets behind the response"),
)

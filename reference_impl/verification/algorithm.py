"""Which algorithm a certificate, a list or an answer was signed with, or a key is for (RFC 5280 §4.1.1.2)."""

from reference_impl.verification import der


def read_algorithm(element: der.Element) -> str:
    """The identifier of an AlgorithmIdentifier; parameters NULL or absent are both right (RFC 4055 §5)."""
    parts = der.children(der.expect_tag(element, der.SEQUENCE))
    if not 1 <= len(parts) <= 2:
        raise der.DerError(element.start, "RFC 5280 §4.1.1.2", "algorithm, parameters", f"{len(parts)} elements")
    if len(parts) == 2 and der.expect_tag(parts[1], der.NULL).content:
        raise der.DerError(parts[1].body, "X.690 §8.8", "an empty NULL", parts[1].content[:4].hex())
    return der.read_oid(parts[0])

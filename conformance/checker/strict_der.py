"""Whether a certificate is DER (X.690 §10, §11), as far as two readings of it could differ; asn1crypto reads BER too.

RFC 5280 §4.1 lays this on the issuer; that it is refused here is this relying party's policy.
"""

from asn1crypto import parser, x509

BOOLEAN, UNIVERSAL = 1, 0


def require_der(der: bytes, read: x509.Certificate) -> None:
    """Raise ValueError unless headers, booleans and defaults are those of DER and nothing follows an extension."""
    _walk(der)
    for extension in read["tbs_certificate"]["extensions"]:
        value = bytes(extension["extn_value"])
        if len(parser.parse(value)[4]) + len(parser.parse(value)[3]) != len(value):
            raise ValueError(f"octets behind the value of {extension['extn_id'].native}")
        _walk(value)
        _require_no_default(extension.dump())


def _walk(octets: bytes) -> None:
    """Every header as DER writes it (§10.1), every TRUE as FF (§11.1)."""
    at = 0
    while at < len(octets):
        kind, constructed, tag, header, content, trailer = parser.parse(octets[at:])
        if trailer or bytes(parser.emit(kind, constructed, tag, content)) != header + content:
            raise ValueError(f"the element at {at} is not DER")
        if constructed:
            _walk(content)
        elif (kind, tag) == (UNIVERSAL, BOOLEAN) and content not in {b"\x00", b"\xff"}:
            raise ValueError(f"a BOOLEAN of {content.hex()}")
        at += len(header) + len(content)


def _require_no_default(extension: bytes) -> None:
    """§11.5: critical FALSE is left out; it would stand behind the identifier."""
    content = parser.parse(extension)[4]
    identifier = parser.parse(content)
    behind = content[len(identifier[3]) + len(identifier[4]) :]
    if behind.startswith(b"\x01\x01\x00"):
        raise ValueError("critical FALSE is written though it is the default")

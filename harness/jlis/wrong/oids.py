"""The object identifiers that the variants change (RFC 5280 §4.2, RFC 4055 §5, spec/pki.md §1)."""

from harness.jlis.profiles import MARKER_OID

KEY_USAGE = "2.5.29.15"
SUBJECT_ALT_NAME = "2.5.29.17"
ISSUER_ALT_NAME = "2.5.29.18"
BASIC_CONSTRAINTS = "2.5.29.19"
DISTRIBUTION_POINTS = "2.5.29.31"
CERTIFICATE_POLICIES = "2.5.29.32"
AUTHORITY_KEY_ID = "2.5.29.35"
EXTENDED_KEY_USAGE = "2.5.29.37"
MARKER = MARKER_OID.dotted_string
NOBODYS = "2.999.20261121.1"
"""Of an extension or policy that nobody has defined: the arc for examples (ITU-T X.660).

Its arcs are small: GnuTLS and others cannot read those of a UUID, and would refuse the certificate for that instead.
"""
HOLDER = "1.2.392.200149.8.5.5"
"""Above the attributes of the holder (§1.4): .1 name, .2 its flags, .3 sex, .4 birth date, .5 address, .6 its flags."""

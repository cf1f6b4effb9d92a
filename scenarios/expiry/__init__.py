"""The last second of a certificate, in Japanese time and in UTC (RFC 5280 §4.1.2.5, spec/pki.md §1.7)."""

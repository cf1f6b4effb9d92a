"""Moving house: the signature certificate ends, the authentication certificate goes on (spec/pki.md §4)."""

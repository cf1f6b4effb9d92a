"""Revocation lists: read strictly, indexed, and asked (RFC 5280 §5, §6.3.3). Pure: octets in, statuses out.

frame, terms   a list but for its entries          acceptance   may it be used
entry          one entry, strictly                 walk, shapes, digits, reader   millions of them, as strictly
keys, index    is a serial number listed           shelf        all lists that are used now
points         which list is a certificate's       method       `crl` and `offline-crl`

Fetching lists and keeping them in files is done in `reference_impl.lists`.
"""

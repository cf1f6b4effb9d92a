"""A second relying party, small and slow, that exists to disagree with the reference when either is wrong.

Every cryptographic decision is the `openssl` program's, every structure is read by asn1crypto, and nothing of
`reference_impl`, `harness` or `cardsim` is imported: a mistake made there cannot be made here by inheritance
(DESIGN §2). It speaks contract 1.0 of the role relying-party and has no clock but the one it is told by `set_time`.
"""

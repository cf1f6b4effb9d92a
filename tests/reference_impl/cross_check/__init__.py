"""The verification core beside OpenSSL, document by document; each disagreement has its reason in a table."""

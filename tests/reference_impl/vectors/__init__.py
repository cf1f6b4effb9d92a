"""Frozen certificates and proofs, laid out as the public ones are; whoever changes the core meets the same bytes."""

"""Adapters of products under test: starters in several languages, written to a vendor's folder."""

"""Accounts: who enrolled, known by issuer key and serial."""

"""Accounts: persons by an id of their own, the certificates that lead to them, and their name at each service."""

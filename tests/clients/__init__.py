"""The control clients: generated, built, and used on a running world."""

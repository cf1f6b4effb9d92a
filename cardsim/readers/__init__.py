"""Doors of the card: they carry bytes between a card and those who talk to it, and decide nothing."""

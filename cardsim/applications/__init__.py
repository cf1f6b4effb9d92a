"""The applications of the card, one module each: files, keys and access rules as tables."""

"""Products with exactly one rule off, as data: the proof that the catalogue can tell right from wrong."""

"""That the exploration finds what is wrong, that what it finds is small, and that the oracle is nobody's copy."""

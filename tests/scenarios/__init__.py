"""The stories themselves are proved: found, told in order, and red when what they tell is not so."""

"""How a case of each role is played against a product."""

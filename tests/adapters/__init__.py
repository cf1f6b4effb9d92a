"""The starters: written, built with their own tools, and held to the contract."""

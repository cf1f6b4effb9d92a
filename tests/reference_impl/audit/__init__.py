"""The audit of the relying party."""

"""The back ends, the platform, and the rules."""

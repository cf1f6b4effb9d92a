"""What the relying party keeps, in SQLite or PostgreSQL: accounts and sessions. The audit has a store of its own."""

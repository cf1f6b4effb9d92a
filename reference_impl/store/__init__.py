"""What the relying party keeps in SQLite: accounts and sessions. The audit has a store of its own (`audit`)."""

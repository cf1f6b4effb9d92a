"""What the relying party keeps, in SQLite: accounts, sessions, and an audit line for each check."""

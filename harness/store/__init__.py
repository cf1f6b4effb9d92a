"""Where a world is kept: SQLite in one file for one process, or PostgreSQL for many."""

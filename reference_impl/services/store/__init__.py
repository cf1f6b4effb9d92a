"""What services remember: sums, uses, records of terminals. SQLite and PostgreSQL, with the same statements."""

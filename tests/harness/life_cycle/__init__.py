"""What each event of life does, cell by cell of its table."""

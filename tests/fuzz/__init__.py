"""Coverage-guided fuzzing of the card: `python -m tests.fuzz --seconds 300`. Nothing escapes but status words."""

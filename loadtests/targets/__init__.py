"""What load is sent to, how it is known to be ready for it, and who sends what to which kind of target."""

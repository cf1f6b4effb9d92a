"""The virtual My Number card: profile, state, one command at a time, and the readers it can be put into."""

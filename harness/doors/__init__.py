"""The doors: HTTP in front of the world. They carry bytes and decide nothing."""

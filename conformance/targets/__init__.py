"""What can be put under test by name, and two dishonest products that must never pass."""

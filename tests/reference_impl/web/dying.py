"""A worker that dies before it serves: `test_supervisor` has its processes begin here."""


def die(*_: object) -> None:
    """Ends with 7."""
    raise SystemExit(7)

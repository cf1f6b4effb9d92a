"""Instants as the tests write them."""

from datetime import UTC, datetime


def jst(text: str) -> datetime:
    """Return an instant written in Japan's time."""
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)

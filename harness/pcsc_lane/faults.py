"""What keeps a lane from running."""

from harness.errors import ConfigurationError


class LaneUnavailable(ConfigurationError):
    """No lane can run on this machine, or its daemon, reader or card did not appear in time; says which and why."""

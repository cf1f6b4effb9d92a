"""OpenLDAP's slapd for tests: without it there is nothing to test, which CI does not take for a pass."""

import os

import pytest

from harness.doors.ldap import DirectoryUnavailable, running_directory


def need_slapd() -> None:
    """Skip where slapd or ldap-utils are missing; in CI they must be there."""
    try:
        with running_directory([]):
            pass
    except DirectoryUnavailable as fault:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(fault))

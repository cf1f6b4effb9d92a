"""Tests of the pytest plugin, run as a vendor runs it."""

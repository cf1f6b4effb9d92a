"""Tests of the packages, one folder a package."""

"""Tests of the adapter, by the standard library: `python -m unittest` in the folder above."""

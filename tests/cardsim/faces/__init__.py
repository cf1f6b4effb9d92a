"""Tests of the pictures of a card."""

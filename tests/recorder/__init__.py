"""Tests with the real recorder, on disk."""

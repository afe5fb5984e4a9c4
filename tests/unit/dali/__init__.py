"""Tests of the line's pure parts."""

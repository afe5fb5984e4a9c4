"""Tests of the wire, and of clients that we did not write."""

"""Repair issues: what does not mend itself, and what a person can do about it."""

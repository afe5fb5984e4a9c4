"""Encrypted profiles: the keys, what is sealed with them, and what is done about what can't be opened."""

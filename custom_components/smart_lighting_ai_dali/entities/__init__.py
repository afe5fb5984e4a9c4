"""Entities by subject: the file of a platform says which of them there are."""

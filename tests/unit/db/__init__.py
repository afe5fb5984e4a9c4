"""Tests of the database, on an engine of its own, without Home Assistant."""

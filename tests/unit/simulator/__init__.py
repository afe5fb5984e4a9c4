"""Tests of the simulated line, part by part."""

"""Tests with a real Home Assistant core, and the simulated line behind a real serial port."""

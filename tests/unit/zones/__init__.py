"""The decisions: no Home Assistant, no line."""

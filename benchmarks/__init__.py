"""Measurements against peers, in one run on one machine: quote their ratios, not their absolute figures."""

"""A DALI line that is not there: gear, wire, adapter and pseudo-terminal. Nothing here imports Home Assistant."""

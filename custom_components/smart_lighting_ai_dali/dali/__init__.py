"""The line: driver, queue, known state, discovery and supervisor. Nothing here imports Home Assistant."""

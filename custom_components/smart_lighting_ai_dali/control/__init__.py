"""The zones inside Home Assistant: their sensors, their lights, what people chose, and what they remember."""

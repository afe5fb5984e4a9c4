"""The AI that is asked about zones: whom, when, what comes of it, and whether it earns its place."""

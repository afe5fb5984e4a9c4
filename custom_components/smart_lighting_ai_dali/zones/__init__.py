"""What is decided for the rooms: plans, what people choose, and the light that comes of both."""

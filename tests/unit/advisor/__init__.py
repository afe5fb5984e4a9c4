"""What an AI is told and may answer."""

"""What an AI is told and may answer, whether it may be asked, and what its plans were worth: no AI, no network."""

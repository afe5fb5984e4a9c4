"""What is played once more, and how it is scored."""

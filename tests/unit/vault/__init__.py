"""Keys, sealed records, and what is done about what can't be opened."""

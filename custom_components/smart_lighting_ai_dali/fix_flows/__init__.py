"""The dialogs of repair issues that a person can close, each beside its subject."""

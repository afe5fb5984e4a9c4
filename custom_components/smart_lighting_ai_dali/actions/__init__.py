"""The actions of the integration: one table, one guard, and what each does."""

"""What happened in the rooms: kept, condensed and pruned in the recorder's own database."""

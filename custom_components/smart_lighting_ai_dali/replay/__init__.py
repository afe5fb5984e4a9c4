"""What happened in zones, played once more: to the rules, and to what people have without them. No Home Assistant."""

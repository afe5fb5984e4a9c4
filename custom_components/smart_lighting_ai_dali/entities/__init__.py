"""What more than one platform, or one alone, shows: the platforms' files say which of these there are."""

"""Every table of the kit as a reader sees it: one a result."""

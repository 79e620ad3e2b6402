"""Look up host names and write the addresses for review."""

"""Check for anything that would block an update."""

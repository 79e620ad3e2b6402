"""The least excess within a budget of entries."""

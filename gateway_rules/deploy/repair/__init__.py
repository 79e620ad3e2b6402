"""Bring what an interrupted update left in AWS into the state."""

"""The vendor's next issue of the document: its text, its rows, and what they change."""

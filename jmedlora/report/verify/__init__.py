"""Scores worked out again from the logged responses, and what differs from what was stored."""

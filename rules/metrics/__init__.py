"""Metrics: what happened, measured so that people can trust the numbers."""

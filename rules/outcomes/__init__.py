"""Outcomes: what an improvement was to change, and whether it did."""

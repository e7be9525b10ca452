"""Outcomes: what was measured before a ticket closed and after, and what is judged of that."""

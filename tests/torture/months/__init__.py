"""Months of a company on which everything goes wrong at once, lived from a seed: the same seed lives the same month."""

"""Measuring: what happened, read from the mirror, for metrics to be computed of."""

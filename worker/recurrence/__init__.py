"""Recurrence at work: the index of reports, and its measurement on labelled history."""

"""Recurrence: which earlier tickets a new one resembles, and how far that may be believed. Text never decides alone."""

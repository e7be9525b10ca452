"""The outside world: trackers and signal sources, translated into our nouns."""

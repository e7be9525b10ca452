"""The worker: puts the rules and the trackers together."""

__version__ = "0.1.0"

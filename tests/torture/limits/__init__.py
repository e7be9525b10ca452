"""The limits at their maximum, measured at the server: content, waits, writes to one issue, turns, reads cut short."""

"""A small GitHub and a small Jira on loopback, for the demo, for tuning rules and for tests."""

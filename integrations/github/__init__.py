"""GitHub, by way of PyGithub."""

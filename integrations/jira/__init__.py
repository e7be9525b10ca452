"""Jira Cloud and Jira Data Center, by way of the jira library."""

"""Tests of the Jira adapter."""

"""A small Jira: a world of projects and issues, and the faces (Cloud, Data Center) that serve it."""

from integrations.sandbox.jira.face import JiraFace
from integrations.sandbox.jira.world import JiraWorld

__all__ = ["JiraFace", "JiraWorld"]

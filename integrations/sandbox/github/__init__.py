"""A small GitHub for the sandbox: a world to edit, and a face that serves it."""

from integrations.sandbox.github.face import GithubFace
from integrations.sandbox.github.showing import GithubShown
from integrations.sandbox.github.world import GithubWorld

__all__ = ["GithubFace", "GithubShown", "GithubWorld"]

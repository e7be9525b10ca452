"""Seeds: what the sandbox is filled with, made up (`acme`) or read from a file (`load`)."""

from integrations.sandbox.seeds.acme import Acme, Summary, acme
from integrations.sandbox.seeds.load import BadData, Loaded, load

__all__ = ["Acme", "BadData", "Loaded", "Summary", "acme", "load"]

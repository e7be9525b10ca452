"""What an entry of the catalogue says."""

from dataclasses import dataclass

GITHUB, CLOUD, DC = "github", "cloud", "dc"
TRACKERS = (GITHUB, CLOUD, DC)
JIRA = (CLOUD, DC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong, or that somebody tries, and what is seen of it."""

    name: str  # within its family
    happens: str
    seen: str
    trackers: tuple[str, ...] = ()  # on which it is tried; none: it has nothing to do with a tracker
    asked: tuple[str, ...] = ()  # words by which to know the line that asks for it in a list of faults from elsewhere
    not_here: str = ""  # why there is nothing to try: kaizend has no such thing

"""Which seams are played with which faults: all, the ends of each kind, or a few."""

from tests.torture.matrix.seams import faults_of, is_commit

READS = ("raise", "drop", "502")
"""A read that is killed leaves what the seam before it left; one that is lost is one whose answer is."""


def every(seams):
    """Return all plays of a scenario, as (seam, fault)."""
    return [(seam, fault) for seam, kind in enumerate(seams, 1) for fault in faults_of(kind)]


def ends(scenarios):
    """Return the plays of each scenario, by name: every kind of seam with every fault that tells something of it.

    Of a kind that several scenarios have the first seam is played in the first of them. Where more is left behind at
    the end than at the beginning, which is so for the ledger's commits and for writes, the last seam is in the last.
    What a Data Center is asked is of a kind of its own.
    """
    first, last = {}, {}
    for name, seams in scenarios.items():
        for seam, kind in enumerate(seams, 1):
            there = (name.endswith("-dc") and "/jira/" in kind, kind)
            first.setdefault(there, (name, seam))
            if leaves(kind):
                last[there] = (name, seam)
    plays = {name: set() for name in scenarios}
    for place in (first, last):
        for (_, kind), (name, seam) in place.items():
            plays[name].update((seam, fault) for fault in telling(kind))
    return {name: sorted(found) for name, found in plays.items()}


def few(seams, count):
    """Return so many plays of a scenario, spread evenly over those of seams that leave something behind."""
    alone = ends({"": seams})[""]
    weighty = [(seam, fault) for seam, fault in alone if leaves(seams[seam - 1])]
    return [weighty[number * len(weighty) // count] for number in range(min(count, len(weighty)))]


def leaves(kind):
    """Tell whether a seam leaves something: a commit of the ledger, or a write."""
    return " audit" in kind or "ops state" in kind if is_commit(kind) else not kind.startswith("GET ")


def telling(kind):
    """Return the faults of a kind of seam that each leave something of their own."""
    return READS if kind.startswith("GET ") else faults_of(kind)

"""Which seams are played with which faults: all, one of each kind, or a few."""

from tests.torture.matrix.seams import faults_of, is_commit

READS = ("raise", "drop")
"""A read that is killed leaves what the seam before it left; one that is lost is one whose answer is.

One that is answered with 502 fails in yet another way, the same for all of a kind: that is played once.
"""
BRIEFLY = {"GET": ("raise", "502"), "commit": ("raise", "kill-after")}
"""What is played of a kind of seam that leaves little: who is killed before it was killed after the one before."""


def every(seams):
    """Return all plays of a scenario, as (seam, fault), those that would be the same once.

    Who is killed before a seam leaves what is left by who is killed after the one before it: that is played.
    """
    first = {kind: seam for seam, kind in reversed([*enumerate(seams, 1)])}
    return [
        (seam, fault)
        for seam, kind in enumerate(seams, 1)
        for fault in (_of_read(first[kind] == seam) if kind.startswith("GET ") else faults_of(kind))
        if fault != "kill-before" or seam == 1 or seams[seam - 2].startswith("GET ")
    ]


def _of_read(first):
    return (*READS, "502") if first else READS


def kinds(scenarios):
    """Return the plays of each scenario, by name: every kind of seam once, with the faults that tell something of it.

    It is played in the smallest scenario that has it, where it is met first. What a Data Center is asked is of a kind
    of its own.
    """
    plays = {name: set() for name in scenarios}
    met = set()
    for name, seams in sorted(scenarios.items(), key=lambda item: len(item[1])):
        for seam, kind in enumerate(seams, 1):
            there = (name.endswith("-dc") and "/jira/" in kind, kind)
            if there not in met:
                met.add(there)
                plays[name].update((seam, fault) for fault in telling(kind))
    return {name: sorted(found) for name, found in plays.items()}


def few(seams, count):
    """Return so many plays of a scenario, spread evenly over those of seams that leave something behind."""
    alone = kinds({"": seams})[""]
    weighty = [(seam, fault) for seam, fault in alone if leaves(seams[seam - 1])]
    return [weighty[number * len(weighty) // count] for number in range(min(count, len(weighty)))]


def leaves(kind):
    """Tell whether a seam leaves something: a commit of the ledger, or a write."""
    return " audit" in kind or "ops state" in kind if is_commit(kind) else not kind.startswith("GET ")


def telling(kind):
    """Return the faults of a kind of seam that each leave something of their own."""
    return faults_of(kind) if leaves(kind) else BRIEFLY[kind.partition(" ")[0]]

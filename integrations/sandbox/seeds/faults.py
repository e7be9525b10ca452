"""The faults that come back at Acme: each family is one cause, told in different words by different people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One cause. Titles and bodies have places for {n} (a number), {host} and {page}."""

    name: str
    components: tuple[str, ...]
    titles: tuple[str, ...]
    bodies: tuple[str, ...]


FAMILIES = (
    Family(
        "pool-exhausted",
        ("checkout", "database", "alerts"),
        (
            "Checkout answers 503, no database connections left",
            "QueuePool limit of size {n} reached on {host}",
            "Customers cannot pay: connection pool is empty again",
            "Timeouts on {page} while the database idles",
            "pool exhausted (size {n}) after the noon peak",
        ),
        (
            """```
TimeoutError: QueuePool limit of size {n} overflow 10 reached, connection timed out
  File "shop/orders/store.py", line 88, in session
```
Restarting {host} helped for an hour.""",
            "Saw {n} requests waiting for a connection on {host}. Somebody holds them too long: the export job?",
            "Grafana shows all connections checked out since 12:0{n}. Nothing slow in the database itself.",
        ),
    ),
    Family(
        "expired-certificate",
        ("network", "login", "alerts"),
        (
            "TLS certificate of {host} has expired",
            "Browsers warn about an invalid certificate on {page}",
            "x509: certificate has expired or is not yet valid ({host})",
            "Nobody renewed the certificate of {host}",
        ),
        (
            """```
x509: certificate has expired or is not yet valid: current time is after the end of validity
```
The renewal job ran but could not write the secret.""",
            "Support got {n} calls since this morning. Renewed by hand, the timer still does not work.",
        ),
    ),
    Family(
        "disk-full",
        ("backups", "cluster", "database"),
        (
            "Disk full on {host}, writes fail",
            "No space left on device on {host}",
            "Backups stopped: volume of {host} at 100 %",
            "WAL fills the disk of {host} again",
        ),
        (
            "```\nERROR: could not extend file: No space left on device\n```\n{n} GB of old logs, rotation was off.",
            "df says 100 %. I removed {n} GB of archives by hand. We need an alert at 80 %.",
        ),
    ),
    Family(
        "retry-storm",
        ("payments", "checkout", "network"),
        (
            "Payment provider is slow and our retries make it worse",
            "Retry storm against the payment gateway",
            "{n} thousand calls a minute to the provider, all of them retries",
            "Double charges after a timeout on {page}",
        ),
        (
            "The client retries at once, {n} times, without any pause. The provider rate-limits us then.",
            "```\nHTTPError: 429 Too Many Requests for url: /v2/charges\n```\nEach timeout sends {n} more calls.",
        ),
    ),
    Family(
        "stale-search",
        ("search",),
        (
            "Search shows products that are sold out",
            "Index is {n} hours behind",
            "New articles do not appear in search",
            "Reindex job hangs on {host}",
        ),
        (
            "The consumer on {host} stopped at offset {n}0417 and nobody noticed. Restarted, it catches up slowly.",
            "Article added yesterday, still not found. The price in the results is the old one, too.",
        ),
    ),
    Family(
        "session-lost",
        ("login",),
        (
            "Users are logged out in the middle of the checkout",
            "Session cookie lost after the redirect to {page}",
            "Login loop on Safari",
            "People have to sign in twice since the last release",
        ),
        (
            "SameSite again? Happens on {page} when coming back from the bank. {n} reports today.",
            "```\nSessionError: unknown session id\n```\nOnly when the request lands on another instance than before.",
        ),
    ),
    Family(
        "flaky-build",
        ("pipeline",),
        (
            "Pipeline red without a change: test_cart_totals",
            "Flaky: browser tests time out on {host}",
            "Had to start the build {n} times to get it green",
            "Runner {host} loses its network in the middle of the job",
        ),
        (
            "Third time this week. Passes locally, passes on retry. The job has {n} minutes and needs all of them.",
            "```\nE   TimeoutError: page did not load in {n} s\n```\nNothing changed on this branch but a README.",
        ),
    ),
    Family(
        "out-of-memory",
        ("cluster", "search"),
        (
            "{host} killed: OOMKilled, exit code 137",
            "Worker restarts every {n} hours",
            "Memory of the import job grows until the node evicts it",
            "Pods evicted on {host}, memory pressure",
        ),
        (
            "```\nLast State: Terminated  Reason: OOMKilled  Exit Code: 137\n```\nLimit is {n} GB, it needs just that.",
            "Heap grows by {n} MB an hour. The cache has no upper bound as far as I can see.",
        ),
    ),
    Family(
        "noisy-alert",
        ("alerts",),
        (
            "Pager rang {n} times for nothing",
            "Alert 'queue length' fires on every deployment",
            "Woken at three by a disk alert of a test machine",
            "Nobody looks at the {host} alert any more",
        ),
        (
            "It resolves itself after {n} minutes each time. We should alert on what customers feel.",
            "Acknowledged, looked, nothing to do. That makes {n} this month.",
        ),
    ),
)

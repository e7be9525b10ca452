"""Reading: lists that move, end early, lie or never end."""

from tests.torture.catalogue.fault import CLOUD, GITHUB, JIRA, TRACKERS, Fault

FAULTS = (
    Fault(
        name="moves-during-the-read",
        happens="A ticket is updated, deleted or filed while pages of the list are read.",
        seen="None is missed, and none is taken twice.",
        trackers=TRACKERS,
        asked=("issue updated during pagination",),
    ),
    Fault(
        name="second-page-fails",
        happens="The second page of a list cannot be read.",
        seen="The source is not whole: nothing is concluded from what is absent, and nothing is written there; exit 4.",
        trackers=TRACKERS,
        asked=("page 2 fails",),
    ),
    Fault(
        name="account-in-another-zone",
        happens="Jira reads the times in a query in the account's zone, on the day its clocks change.",
        seen="We ask in milliseconds since the epoch: nothing is missed and nothing asked twice.",
        trackers=JIRA,
        asked=("JQL account tz",),
    ),
    Fault(
        name="clock-skew",
        happens="The server's clock is ten minutes ahead of ours, or behind.",
        seen="Bookmarks are the server's own times: nothing is missed, and nothing is written twice.",
        trackers=TRACKERS,
        asked=("clock skew",),
    ),
    Fault(
        name="index-lags",
        happens="A ticket that we have just filed is not yet in lists and searches.",
        seen="It is not filed again; when it appears it is known as ours.",
        trackers=TRACKERS,
        asked=("not yet in the index",),
    ),
    Fault(
        name="unknown-right-after",
        happens="A ticket that we have just filed is answered 404 or 422 for some seconds.",
        seen="It is taken neither for gone nor filed again; what belongs to it comes in this pass or in the next.",
        trackers=TRACKERS,
        asked=("within 3 s after create",),
    ),
    Fault(
        name="change-in-the-list",
        happens="GitHub lists a pull request among the issues.",
        seen="It is a change, and no rule for tickets writes to it.",
        trackers=(GITHUB,),
        asked=("PR returned by /issues",),
    ),
    Fault(
        name="many-tickets",
        happens="A source has more tickets than fit into memory.",
        seen="They are read and judged a page at a time; a read that is broken off goes on where it was.",
        trackers=TRACKERS,
        asked=("streaming",),
    ),
    Fault(
        name="suddenly-empty",
        happens="A list that was full is empty, or the ticket that must be there is not in it.",
        seen="It is not believed: the source counts as unread, and nothing is written there.",
        trackers=TRACKERS,
    ),
    Fault(
        name="another-shape",
        happens="A page is JSON, but not a list of tickets.",
        seen="It is not believed: the source counts as unread, and nothing is written there.",
        trackers=TRACKERS,
    ),
    Fault(
        name="value-of-another-kind",
        happens="A ticket in a list has no title, or more comments than can be counted.",
        seen="It is not believed: the source counts as unread, and the others get all they should.",
        trackers=TRACKERS,
    ),
    Fault(
        name="cut-short",
        happens="The answer to a read is cut: the connection ends, or the length it names is wrong.",
        seen="It is asked for again; nothing is taken from half a page.",
        trackers=TRACKERS,
    ),
    Fault(
        name="never-ending-pages",
        happens="Each page of a list names a next one, for ever: the same one, or two in turn.",
        seen="The read ends, says that the pages go in circles, and the source counts as unread.",
        trackers=TRACKERS,
    ),
    Fault(
        name="last-page-unsaid",
        happens="Jira leaves isLast or the next page's token out.",
        seen="Without a token the list is at its end, unless the server says that it is not: then it is not whole.",
        trackers=(CLOUD,),
    ),
    Fault(
        name="pages-elsewhere",
        happens="A page names the next one, or sends us on, at another host.",
        seen="We do not go there, and no credential does.",
        trackers=TRACKERS,
    ),
    Fault(
        name="huge-answer",
        happens="An answer is a bomb: a small packed body that unpacks to gigabytes.",
        seen="It is left at the limit of what we read, and counts as no answer.",
        trackers=TRACKERS,
    ),
    Fault(
        name="deep-answer",
        happens="An answer nests a hundred thousand lists, or holds characters that no database takes.",
        seen="The first counts as no answer; the characters are replaced.",
        trackers=TRACKERS,
    ),
    Fault(
        name="login-page",
        happens="A login page stands before the tracker: 200 with HTML, or a redirect to it.",
        seen="It is told as what it is; the source counts as unread, and nothing is written there.",
        trackers=TRACKERS,
    ),
)

"""Access: credentials that end, and rights that are not there."""

from tests.torture.catalogue.fault import DC, GITHUB, TRACKERS, Fault

FAULTS = (
    Fault(
        name="revoked-in-a-pass",
        happens="The token is revoked in the midst of a pass.",
        seen="The first 401 is the last request to that tracker; ops stay planned, exit 4; a new token does them.",
        trackers=TRACKERS,
        asked=("token revoked mid-run",),
    ),
    Fault(
        name="right-missing",
        happens="The token lacks the right to one kind of write (403).",
        seen="That op fails and says so; the others go on.",
        trackers=TRACKERS,
        asked=("Resource not accessible",),
    ),
    Fault(
        name="throttle-as-forbidden",
        happens="A throttle comes as 403.",
        seen="It is waited out, and not taken for a missing right.",
        trackers=(GITHUB,),
        asked=("403 rate-limit",),
    ),
    Fault(
        name="sign-on-required",
        happens="The token is not authorised for the organisation's single sign-on.",
        seen="Nothing more is sent to that tracker in the pass; the reason is said.",
        trackers=(GITHUB,),
        asked=("SSO-required",),
    ),
    Fault(
        name="taken-for-a-stranger",
        happens="Data Center answers 200 to a token that it does not take, as to a stranger.",
        seen="The answer is not believed, though it looks whole; the source counts as unread.",
        trackers=(DC,),
    ),
    Fault(
        name="answer-echoes-the-token",
        happens="An error's body or headers hold our own credential.",
        seen="No message of ours repeats it.",
        trackers=TRACKERS,
    ),
)

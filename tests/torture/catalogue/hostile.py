"""Hostile and broken input: forged marks, texts that try to act, quarrelsome bots, spoilt bytes."""

from tests.torture.catalogue.fault import CLOUD, DC, TRACKERS, Fault

FAULTS = (
    Fault(
        name="pasted-marker",
        happens="Somebody pastes our marker: on another ticket, the same one, quoted, by editing their comment.",
        seen="It is text: author, proof and place must all be right.",
        trackers=TRACKERS,
        asked=("pastes our marker",),
    ),
    Fault(
        name="title-with-a-marker",
        happens="A title that we quote holds a marker or a comment of HTML.",
        seen="It is shown as it was written; our own marker is the last line and the only one.",
        trackers=TRACKERS,
        asked=("quotes a title holding a marker",),
    ),
    Fault(
        name="title-that-acts",
        happens="A title mentions, commands, closes, refers, links, embeds or breaks out of code.",
        seen="It is read as it was written, and does nothing: no mention, no reference, no tag on the page.",
        trackers=TRACKERS,
        asked=("@org/team @all",),
    ),
    Fault(
        name="webhook",
        happens="A webhook is forged, replayed or too large.",
        seen="Nothing listens.",
        asked=("webhook forged",),
        not_here="kaizend takes no webhooks: it looks at how things are, and nothing can be sent to it",
    ),
    Fault(
        name="quarrelsome-bot",
        happens="Another bot undoes what we do, and does so each time.",
        seen="After three times in 14 days the rule rests on that ticket until a person sees to it; the card says so.",
        trackers=TRACKERS,
        asked=("two bots ping-pong",),
    ),
    Fault(
        name="person-who-undoes",
        happens="A person takes off a label of ours.",
        seen="It stays off, who did it is remembered, and the card says so once.",
        trackers=TRACKERS,
        asked=("label war",),
    ),
    Fault(
        name="spoilt-text",
        happens="Bodies of a megabyte in a line, NUL, terminal codes, half characters, text from right to left.",
        seen="They are kept or mended, shown harmlessly, and cost no time.",
        trackers=TRACKERS,
        asked=("NUL, lone surrogates",),
    ),
    Fault(
        name="spoilt-bytes",
        happens="A proxy spoils the bytes of an answer: no UTF-8, cut short, nested without end.",
        seen="Letters are mended; what is no JSON is an error of that source, and not a traceback.",
        trackers=TRACKERS,
        asked=("invalid UTF-8 from proxy",),
    ),
    Fault(
        name="secret-in-the-open",
        happens="Servers send our token back in bodies, headers and addresses, on reads and on writes.",
        seen="It is in nothing that is printed, logged, planned or kept.",
        trackers=(CLOUD, DC),
        asked=("secret appears",),
    ),
    Fault(
        name="edited-audit-row",
        happens="A row of the audit trail is edited, removed, moved or cut off.",
        seen="The first row that does not fit is named by `kaizend audit verify`, which ends with 1.",
        asked=("audit row edited",),
    ),
    Fault(
        name="library-that-sends-again",
        happens="A library's new version sends writes again by itself.",
        seen="Tests count the requests on the wire for each write and each lost answer: one.",
        trackers=TRACKERS,
        asked=("retry default changed",),
    ),
)

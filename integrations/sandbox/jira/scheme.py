"""What a new Jira project starts with: statuses, workflow, priorities, resolutions, types, kinds of links, fields."""

from __future__ import annotations

from integrations.sandbox.jira.records import Named, Status, Transition

STATUSES = (
    Status(id="10000", name="To Do", category="new"),
    Status(id="3", name="In Progress", category="indeterminate"),
    Status(id="10001", name="In Review", category="indeterminate"),
    Status(id="10002", name="Done", category="done"),
)

# Names of transitions are no names of statuses, as in most real workflows; closing asks for a resolution on its screen
# and reopening clears it by a post-function.
TRANSITIONS = (
    Transition(id="11", name="Start Progress", sources=frozenset({"To Do"}), to="In Progress"),
    Transition(id="21", name="Stop Progress", sources=frozenset({"In Progress", "In Review"}), to="To Do"),
    Transition(id="31", name="Ask for Review", sources=frozenset({"In Progress"}), to="In Review"),
    Transition(
        id="41",
        name="Close Issue",
        sources=frozenset({"To Do", "In Progress", "In Review"}),
        to="Done",
        requires_resolution=True,
    ),
    Transition(id="51", name="Reopen Issue", sources=frozenset({"Done"}), to="To Do", clears_resolution=True),
)

PRIORITIES = tuple(
    Named(id=str(n), name=name) for n, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)

RESOLUTIONS = (
    Named(id="10000", name="Done", description="Work has been completed on this issue."),
    Named(id="10001", name="Won't Do", description="This issue will not be worked on."),
    Named(id="10002", name="Duplicate", description="The problem is known already."),
    Named(id="10003", name="Cannot Reproduce", description="Nobody could make it happen again."),
    Named(id="1", name="Fixed", description="A fix has been made and tested."),
)

TYPES = tuple(
    Named(id=str(10000 + n), name=name)
    for n, name in enumerate(("Task", "Bug", "Story", "Improvement", "Incident", "Review", "Epic"))
)

# name -> (id, inward, outward)
LINK_TYPES = {
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Cloners": ("10001", "is cloned by", "clones"),
    "Duplicate": ("10002", "is duplicated by", "duplicates"),
    "Relates": ("10003", "relates to", "relates to"),
    "Problem/Incident": ("10004", "is caused by", "causes"),
}

# id -> (name, clause names, schema type)
FIELDS = {
    "summary": ("Summary", ("summary",), "string"),
    "description": ("Description", ("description",), "string"),
    "environment": ("Environment", ("environment",), "string"),
    "issuetype": ("Issue Type", ("issuetype", "type"), "issuetype"),
    "project": ("Project", ("project",), "project"),
    "status": ("Status", ("status",), "status"),
    "statuscategorychangedate": ("Status Category Changed", ("statusCategoryChangedDate",), "datetime"),
    "priority": ("Priority", ("priority",), "priority"),
    "resolution": ("Resolution", ("resolution",), "resolution"),
    "resolutiondate": ("Resolved", ("resolutiondate", "resolved"), "datetime"),
    "created": ("Created", ("created", "createdDate"), "datetime"),
    "updated": ("Updated", ("updated", "updatedDate"), "datetime"),
    "duedate": ("Due date", ("due", "duedate"), "date"),
    "labels": ("Labels", ("labels",), "array"),
    "components": ("Components", ("component",), "array"),
    "fixVersions": ("Fix versions", ("fixVersion",), "array"),
    "versions": ("Affects versions", ("affectedVersion",), "array"),
    "assignee": ("Assignee", ("assignee",), "user"),
    "reporter": ("Reporter", ("reporter",), "user"),
    "creator": ("Creator", ("creator",), "user"),
    "comment": ("Comment", ("comment",), "comments-page"),
    "issuelinks": ("Linked Issues", ("issueLink",), "array"),
    "customfield_10016": ("Story point estimate", ("cf[10016]", "Story point estimate"), "number"),
    "customfield_10020": ("Sprint", ("cf[10020]", "Sprint"), "array"),
    "customfield_10031": ("Alert fingerprint", ("cf[10031]", "Alert fingerprint"), "string"),
}

# id of a custom field -> what kind of field it is
CUSTOM = {
    "customfield_10016": "com.pyxis.greenhopper.jira:jsw-story-points",
    "customfield_10020": "com.pyxis.greenhopper.jira:gh-sprint",
    "customfield_10031": "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
}

SETTABLE = frozenset({
    "summary", "description", "environment", "issuetype", "priority", "duedate", "labels", "components", "fixVersions",
    "assignee", "reporter",
})  # fmt: skip

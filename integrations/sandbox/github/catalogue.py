"""What issues are sorted by: a repository's labels and milestones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from integrations.sandbox.github.nouns import Label, Milestone, Repo
from integrations.sandbox.github.state import State

PACIFIC = ZoneInfo("America/Los_Angeles")


def pacific_midnight(moment: datetime) -> datetime:
    """Return the midnight before a moment, on the Pacific coast: what GitHub keeps of a milestone's due_on."""
    there = moment.astimezone(PACIFIC)
    return there.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


class Catalogue(State):
    """Labels and milestones, as they are made and changed."""

    def label(self, name: str, *, color: str = "ededed", description: str = "", repo: Repo | None = None) -> Label:
        """Return a repository's label, made if need be; names differ not by case."""
        home = repo or self.main
        known = home.labels.get(name.lower())
        if known is None:
            known = Label(id=self.new_id(), name=name, color=color, description=description)
            home.labels[name.lower()] = known
            home.version += 1
        return known

    def edit_label(
        self, label: Label, *, name: str = "", color: str = "", description: str | None = None, repo: Repo | None = None
    ) -> None:
        """Rename or restyle a label, on all issues that wear it."""
        home = repo or self.main
        if name:
            del home.labels[label.name.lower()]
            home.labels[name.lower()] = label
            label.name = name
        label.color = color or label.color
        label.description = label.description if description is None else description
        home.style += 1
        home.version += 1

    def delete_label(self, label: Label, *, repo: Repo | None = None) -> None:
        """Delete a label, from all issues that wear it."""
        home = repo or self.main
        for issue in home.issues.values():
            if label in issue.labels:
                issue.labels.remove(label)
        del home.labels[label.name.lower()]
        home.style += 1
        home.version += 1

    def add_milestone(
        self,
        title: str,
        *,
        due_on: datetime | None = None,
        description: str = "",
        state: str = "open",
        creator: str = "ann",
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> Milestone:
        """Add a milestone; of `due_on` only the Pacific date is kept."""
        home = repo or self.main
        moment = at or self.now()
        home.last_milestone += 1
        made = Milestone(
            id=self.new_id(),
            number=home.last_milestone,
            title=title,
            creator=self.user(creator),
            created_at=moment,
            updated_at=moment,
            description=description,
            due_on=pacific_midnight(due_on) if due_on else None,
        )
        home.milestones[made.number] = made
        home.version += 1
        if state == "closed":
            self.edit_milestone(made, state=state, at=moment, repo=home)
        return made

    def edit_milestone(
        self,
        milestone: Milestone,
        *,
        title: str = "",
        state: str = "",
        description: str | None = None,
        at: datetime | None = None,
        repo: Repo | None = None,
    ) -> None:
        """Change a milestone's title, state or description."""
        milestone.title = title or milestone.title
        milestone.description = milestone.description if description is None else description
        moment = at or self.now()
        if state and state != milestone.state:
            milestone.state = state
            milestone.closed_at = moment if state == "closed" else None
        self._milestone_changed(milestone, moment, repo)

    def set_milestone_due(self, milestone: Milestone, due_on: datetime | None, *, repo: Repo | None = None) -> None:
        """Set or clear a milestone's due date; only the Pacific date is kept."""
        milestone.due_on = pacific_midnight(due_on) if due_on else None
        self._milestone_changed(milestone, self.now(), repo)

    def _milestone_changed(self, milestone: Milestone, moment: datetime, repo: Repo | None) -> None:
        milestone.updated_at = moment
        milestone.version += 1
        (repo or self.main).version += 1

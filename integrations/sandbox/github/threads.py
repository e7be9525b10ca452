"""What people and programs say under issues: comments, reactions, mentions of other issues."""

from __future__ import annotations

import re
from datetime import datetime

from integrations.sandbox.github.edits import Edits
from integrations.sandbox.github.nouns import App, Comment, Issue, Reaction, User

MENTION = re.compile(
    r"(?:(?P<repo>[\w.-]+/[\w.-]+)|(?<![\w/&]))#(?P<number>[0-9]{1,9})\b"
    r"|https?://[\w.:-]+/(?P<linked>[\w.-]+/[\w.-]+)/issues/(?P<place>[0-9]{1,9})\b"
)
MENTION_LIMIT = 50  # of one text


class Threads(Edits):
    """Comments, as they are written, changed and deleted."""

    def comment(
        self,
        issue: Issue | int,
        body: str,
        *,
        author: str = "ann",
        at: datetime | None = None,
        app: App | None = None,
    ) -> Comment:
        """Write a comment."""
        it = self.find(issue)
        moment = self.changing(it, at)
        writer = self.user(author)
        made = Comment(
            id=self.new_id(), issue=it, author=writer, body=body, created_at=moment, updated_at=moment, app=app
        )
        if self.lag_seconds:
            it.comments = list(it.comments)
        it.comments.append(made)
        it.comments_ever += 1
        it.repo.comments[made.id] = made
        self.mention(it, body, writer, moment)
        return made

    def edit_comment(self, comment: Comment, body: str, *, at: datetime | None = None) -> None:
        """Give a comment another text."""
        if comment.body == body:
            return
        comment.updated_at = self.changing(comment.issue, at)
        comment.body = body
        comment.encoded.clear()

    def delete_comment(self, comment: Comment, *, at: datetime | None = None) -> None:
        """Delete a comment."""
        issue = comment.issue
        self.changing(issue, at)
        issue.comments = [other for other in issue.comments if other is not comment]
        del issue.repo.comments[comment.id]

    def react(self, target: Comment | Issue, content: str, *, author: str = "ann") -> tuple[Reaction, bool]:
        """React; return the reaction and whether it is new."""
        user = self.user(author)
        for known in target.reactions:
            if known.user is user and known.content == content:
                return known, False
        made = Reaction(id=self.new_id(), user=user, content=content, created_at=self.now())
        target.reactions.append(made)
        if isinstance(target, Comment):
            target.encoded.clear()
        else:
            target.version += 1
        (target.issue if isinstance(target, Comment) else target).repo.version += 1
        return made, True

    def mention(self, source: Issue, text: str, actor: User, at: datetime) -> None:
        """Write "cross-referenced" into the history of the issues that a text mentions by number."""
        if "#" not in text and "/issues/" not in text:
            return
        for found in list(MENTION.finditer(text))[:MENTION_LIMIT]:
            name = found["repo"] or found["linked"]
            repo_id = self.names.get(name.lower()) if name else source.repo.id
            repo = self.repos.get(repo_id) if repo_id else None
            target = repo.issues.get(int(found["number"] or found["place"])) if repo else None
            if target is None or target is source:
                continue
            if not any(event.source is source for event in target.events):
                event = self.happened(target, "cross-referenced", actor, at)
                event.source = source
                target.repo.events.pop()  # the timeline knows it, the list of events does not

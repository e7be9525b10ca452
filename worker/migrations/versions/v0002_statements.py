"""What people state, which changes name a ticket, the council's inputs; sprints, and tickets that wait for others."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema to this version."""
    # SQLite makes the table anew, so that the body stays its last column: a scan of the rest need not read it.
    sqlite = op.get_bind().dialect.name == "sqlite"
    blocked = sa.Column("blocked", sa.Integer(), server_default=sa.text("0"), nullable=False)
    sprint = sa.Column("sprint", sa.Text(), server_default=sa.text("''"), nullable=False)
    with op.batch_alter_table("tickets", recreate="always" if sqlite else "never") as tickets:
        tickets.add_column(blocked, insert_after="locked" if sqlite else None)
        tickets.add_column(sprint, insert_after="blocked" if sqlite else None)
    op.create_table(
        "mentions",
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change", "key"),
    )
    op.create_index("mentions_key", "mentions", ["key"])
    op.create_table(
        "statements",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "comment"),
    )
    op.create_table(
        "inputs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )

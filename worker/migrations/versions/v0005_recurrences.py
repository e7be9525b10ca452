"""What comes back: who is said to be the same as whom, fingerprints, recurrences, objections; tickets' duplicates."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the schema to this version; tickets are read once more, for they now tell whose duplicates they are."""
    # SQLite makes the table anew, so that the body stays its last column: a scan of the rest need not read it.
    sqlite = op.get_bind().dialect.name == "sqlite"
    duplicates = sa.Column("duplicates", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
    with op.batch_alter_table("tickets", recreate="always" if sqlite else "never") as tickets:
        tickets.add_column(duplicates, insert_after="sprint" if sqlite else None)
    op.create_table(
        "samenesses",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "key", "signal"),
    )
    op.create_table(
        "fingerprints",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "value"),
    )
    op.create_index("fingerprints_value", "fingerprints", ["value"])
    op.create_table(
        "recurrences",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("again", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.create_index("recurrences_other", "recurrences", ["other"])
    op.create_index("recurrences_root", "recurrences", ["root"])
    op.create_table(
        "objections",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "other"),
    )
    op.create_index("objections_other", "objections", ["other"])
    op.create_table(
        "fixes",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.execute("delete from cursors where stream = 'tickets'")

"""When the clock of a deadline stood still; and tickets are read once more, for they now tell what blocks them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema to this version."""
    op.create_table(
        "pauses",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("uid", "began"),
    )
    op.execute("delete from cursors where stream = 'tickets'")

"""Why a pass was not whole stays known after it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema to this version."""
    op.add_column("runs", sa.Column("troubles", sa.Text(), server_default=sa.text("'[]'"), nullable=False))

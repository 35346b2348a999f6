"""Gaps in the catalog that somebody has taken on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenges",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("topic_group", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("municipality", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("done_at", sa.Double),
    )

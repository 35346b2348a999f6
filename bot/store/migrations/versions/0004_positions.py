"""Where the addresses of offers are, as a geocoding server said."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "positions",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("lat", sa.Double),
        sa.Column("lon", sa.Double),
        sa.Column("asked_on", sa.Text, nullable=False),
    )

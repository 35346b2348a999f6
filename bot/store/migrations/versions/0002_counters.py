"""Anonymous demand, and what families say about offers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CELL = ("county", "municipality", "district", "topic_group", "band", "lang", "outcome")


def upgrade() -> None:
    op.create_table(
        "weeks",
        sa.Column("week", sa.Text, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("chat", sa.LargeBinary, nullable=False, index=True),
        sa.Column("week", sa.Text, nullable=False),
    )
    for table in ("demand", "published"):
        op.create_table(
            table,
            sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
            sa.Column("month", sa.Text, nullable=False),
            *(sa.Column(name, sa.Text, nullable=False) for name in CELL),
            sa.Column("n", sa.Integer, nullable=False),
            sa.UniqueConstraint("month", *CELL, name=f"{table}_cell"),
        )
    op.create_table(
        "reports",
        sa.Column("offer", sa.Text, primary_key=True),
        sa.Column("remark", sa.Text, primary_key=True),
        sa.Column("week", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, nullable=False),
    )

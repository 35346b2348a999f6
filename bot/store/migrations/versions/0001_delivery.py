"""Conversations and what is in flight."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "chats",
        sa.Column("chat", sa.LargeBinary, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("pending", sa.Integer, nullable=False),
        sa.Column("ready_at", sa.Double, nullable=False),
        sa.Column("owner", sa.Text),
    )
    waiting = sa.text("pending > 0")
    op.create_index("chats_ready", "chats", ["ready_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("chats_expiring", "chats", ["expires_at"])
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("chat", sa.LargeBinary, sa.ForeignKey("chats.chat"), nullable=False, index=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("chat", sa.LargeBinary, sa.ForeignKey("chats.chat"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("started", sa.Boolean, nullable=False),
        sa.Column("unclear", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "seen",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("at", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "cursors",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("chat", sa.LargeBinary, nullable=False, index=True),
        sa.Column("ref", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )

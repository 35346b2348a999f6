"""All tables. A chat is a digest under the pepper; whatever could name a person is sealed (bot/keys.py).
The tables of the catalog stand in catalog/db.py and catalog/positions.py: nothing in them is about a family.

Times are seconds since 1970. The migrations build exactly this; a test compares.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from catalog import db, positions

metadata = MetaData()
for table in (*db.metadata.sorted_tables, *positions.metadata.sorted_tables):
    table.to_metadata(metadata)
NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only in an INTEGER

facts = Table(
    "facts",  # about the installation: which pepper belongs to this database
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

chats = Table(
    "chats",  # one row a conversation: what it remembers, what waits for it, who is at work on it
    metadata,
    Column("chat", LargeBinary, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("state", LargeBinary),  # sealed; empty: nothing is remembered
    Column("expires_at", Double, nullable=False),
    Column("pending", Integer, nullable=False),  # rows in inbox and outbox
    Column("ready_at", Double, nullable=False),
    Column("owner", Text),  # the process at work
    Index("chats_ready", "ready_at"),  # the migration adds "where pending > 0"; said here, it would load both dialects
    Index("chats_expiring", "expires_at"),
)

inbox = Table(
    "inbox",  # messages that are not answered yet, in the order in which they came
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("chat", LargeBinary, ForeignKey("chats.chat"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed: what was said, and where the answer goes
    Column("tries", Integer, nullable=False),
    Column("at", Double, nullable=False),
)

outbox = Table(
    "outbox",  # answers that are not delivered yet; one turn a chat at a time
    metadata,
    Column("chat", LargeBinary, ForeignKey("chats.chat"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),  # the same for every attempt: a channel may tell repeats by it
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("started", Boolean, nullable=False),  # an attempt has begun whose end nobody has written down
    Column("unclear", Integer, nullable=False),  # attempts of which nobody knows whether they arrived
    Column("failed", Integer, nullable=False),  # attempts that surely did not
    Column("at", Double, nullable=False),
)

seen = Table(
    "seen",  # digests of updates, without a chat: what comes again is recognised
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("at", Double, nullable=False, index=True),
)

cursors = Table(
    "cursors",  # how far a channel has read
    metadata,
    Column("channel", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

messages = Table(
    "messages",  # which messages of a chat to delete when it is deleted
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("chat", LargeBinary, nullable=False, index=True),
    Column("ref", LargeBinary, nullable=False),  # sealed
    Column("at", Double, nullable=False, index=True),
)

leases = Table(
    "leases",  # which process is alive, and which one may do what only one may do
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Double, nullable=False),
)

quarantine = Table(
    "quarantine",  # messages that could not be answered: where it failed, never what was said
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", Double, nullable=False),
)

weeks = Table(
    "weeks",  # the secret of the running week; with it go all marks
    metadata,
    Column("week", Text, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)

marks = Table(
    "marks",  # what a chat has been counted for this week
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("chat", LargeBinary, nullable=False, index=True),  # digest under the week's secret
    Column("week", Text, nullable=False),
)

CELL = ("county", "municipality", "district", "topic_group", "band", "lang", "outcome")

demand = Table(
    "demand",  # counted, not yet published
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("month", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in CELL),
    Column("n", Integer, nullable=False),
    UniqueConstraint("month", *CELL, name="demand_cell"),
)

published = Table(
    "published",  # what was published of a month, once and for good; a month without rows has one with n = 0
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("month", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in CELL),
    Column("n", Integer, nullable=False),
    UniqueConstraint("month", *CELL, name="published_cell"),
)

reports = Table(
    "reports",  # what families say about an offer, counted by week
    metadata,
    Column("offer", Text, primary_key=True),
    Column("remark", Text, primary_key=True),
    Column("week", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

challenges = Table(
    "challenges",  # gaps in the catalog that somebody has taken on; nothing of any family
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("topic_group", Text, nullable=False),
    Column("phase", Text, nullable=False),  # "": every age
    Column("municipality", Text, nullable=False),
    Column("district", Text, nullable=False),  # "": the whole municipality
    Column("owner", Text, nullable=False),  # a role or a name at work, as the coordinator types it
    Column("due", Text, nullable=False),
    Column("done_at", Double),  # empty: still open
)

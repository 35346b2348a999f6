"""What can be watched from outside: counts and times by channel, never by chat, never by topic."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """A registry of its own for each service, in Prometheus' text form."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        by = ("channel",)
        self.updates = Counter("nahbei_updates", "Updates taken in", by, registry=registry)
        self.repeated = Counter("nahbei_updates_repeated", "Updates that had come before", by, registry=registry)
        self.flooded = Counter(
            "nahbei_updates_flooded", "Updates left unread, from chats that flood", by, registry=registry
        )
        self.turns = Histogram(
            "nahbei_turn_seconds", "From claim to stored answer", by, buckets=BUCKETS, registry=registry
        )
        self.failed = Counter("nahbei_turns_failed", "Attempts to answer that ended in a bug", by, registry=registry)
        self.set_aside = Counter(
            "nahbei_messages_set_aside", "Messages that could not be answered", by, registry=registry
        )
        self.rescued = Counter(
            "nahbei_rescued", "Dangers answered while nothing could be stored", by, registry=registry
        )
        self.sends = Counter("nahbei_sends", "Attempts to deliver", (*by, "result"), registry=registry)
        self.given_up = Counter("nahbei_answers_given_up", "Answers never known to have arrived", by, registry=registry)
        self.expired = Counter("nahbei_expired", "What the sweep took away", ("kind",), registry=registry)
        self.unanswered = Gauge("nahbei_unanswered", "Messages that wait", registry=registry)
        self.undelivered = Gauge("nahbei_undelivered", "Answers that wait", registry=registry)
        self.oldest = Gauge("nahbei_oldest_waiting_seconds", "For how long the oldest of them waits", registry=registry)
        self.database_up = Gauge("nahbei_database_up", "Whether the database takes what we write", registry=registry)
        self.channel_up = Gauge(
            "nahbei_channel_up", "Whether the channel hears from its messenger", by, registry=registry
        )
        self.catalog_version = Gauge(
            "nahbei_catalog_version", "Which published catalog is answered from; 0: a file", registry=registry
        )
        self.restarts = Counter(
            "nahbei_channel_restarts", "How often a channel was started again", by, registry=registry
        )

    def is_database_up(self) -> bool:
        return bool(self.registry.get_sample_value("nahbei_database_up"))

    def text(self) -> bytes:
        return generate_latest(self.registry)

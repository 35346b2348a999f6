"""Fair shares: nobody is kept waiting because somebody else writes a lot."""

from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field, replace

MOST_CHATS = 20_000  # buckets kept in memory; one that nobody has used for long is full, and let go


@dataclass(frozen=True)
class Rate:
    """So many at once, then so many a second."""

    burst: float
    per_second: float


@dataclass(frozen=True)
class _Bucket:
    left: float
    since: float
    told: bool = False


class Buckets:
    """A token bucket for each chat; in memory only, so that nothing of it is stored."""

    def __init__(self, rate: Rate, most: int = MOST_CHATS) -> None:
        self._rate = rate
        self._most = most
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def take(self, chat: bytes, now: float) -> tuple[float, bool]:
        """Take a token, on credit if need be.

        Returns:
            Seconds until the next one is there, and whether the chat begins to wait with this one.
        """
        bucket = self._filled(chat, now)
        left = bucket.left - 1
        told = left < 0 or (bucket.told and left < self._rate.burst / 2)
        self._keep(chat, _Bucket(left, now, told))
        return max(0.0, -left / self._rate.per_second), told and not bucket.told

    def has(self, chat: bytes, now: float) -> bool:
        """Take a token if there is one."""
        bucket = self._filled(chat, now)
        if bucket.left < 1:
            return False
        self._keep(chat, _Bucket(bucket.left - 1, now))
        return True

    def give_back(self, chat: bytes, now: float) -> None:
        """What a token was taken for did not happen."""
        bucket = self._filled(chat, now)
        self._keep(chat, replace(bucket, left=min(self._rate.burst, bucket.left + 1)))

    def _filled(self, chat: bytes, now: float) -> _Bucket:
        bucket = self._buckets.get(chat, _Bucket(self._rate.burst, now))
        gained = max(0.0, now - bucket.since) * self._rate.per_second
        return _Bucket(min(self._rate.burst, bucket.left + gained), now, bucket.told)

    def _keep(self, chat: bytes, bucket: _Bucket) -> None:
        self._buckets[chat] = bucket
        self._buckets.move_to_end(chat)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)


@dataclass
class Bulkheads:
    """How many chats are worked on at once, each channel for itself, so that one that hangs takes no room from the others.

    Within a channel, what takes long soon counts no more: some chats whose answers are not taken do not stop the rest.
    """

    channels: Collection[str]
    at_once: int  # of one channel; a little more where others have room
    brisk: float  # seconds; what takes longer counts only against `most`
    most: int  # of all
    _busy: dict[Hashable, tuple[str, float]] = field(default_factory=dict)

    def enter(self, work: Hashable, channel: str, now: float) -> None:
        self._busy[work] = channel, now

    def leave(self, work: Hashable) -> None:
        self._busy.pop(work, None)

    def room(self, now: float) -> tuple[int, frozenset[str]]:
        """For how many chats there is room, and of which channels none may be among them."""
        counts = Counter(channel for channel, since in self._busy.values() if now - since < self.brisk)
        full = frozenset(channel for channel, count in counts.items() if count >= self.at_once)
        emptiest = min((counts[channel] for channel in self.channels), default=0)
        return max(0, min(self.at_once - emptiest, self.most - len(self._busy))), full

"""How updates reach a bot: fetched with getUpdates, or brought to a webhook. Both as tdlib's telegram-bot-api does it."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

import aiohttp

Json = dict[str, Any]
BY_DEFAULT = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
AHEAD = 10  # an offset that is farther in the future belongs to somebody else, and is not believed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts to bring an update, after one that comes at once
MANY = 1000  # updates that are looked at together


@dataclass(frozen=True)
class Waiting:
    """An update that no bot has confirmed."""

    id: int
    content: Json
    queue: str
    ends_at: float


@dataclass
class Hook:
    """A webhook that is set."""

    url: str
    secret: str = ""
    connections: int = 40
    failed_at: int = 0
    failure: str = ""


class ConflictError(Exception):
    """Two want the same updates; the words are Telegram's."""


@dataclass
class Updates:
    """The updates of one bot. `second` is what a second of Telegram's own pauses lasts here."""

    now: Callable[[], float]
    execute: Callable[[str, Json], Awaitable[object]]  # a method that stands in the answer of a webhook
    second: float = 0.01
    last_id: int = 900_000_000
    allowed: Sequence[str] = BY_DEFAULT
    hook: Hook | None = None
    waiting: dict[int, Waiting] = field(default_factory=dict)
    _poll: asyncio.Future[str] | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _queues: dict[str, deque[Waiting]] = field(default_factory=dict)
    _pumps: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None
    _slots: asyncio.Semaphore | None = None

    def bring(self, kind: str, content: Json, queue: str, seconds: float) -> int:
        """Let an update wait; its number, also where the bot does not want to know."""
        self.last_id += 1
        if kind in self.allowed:
            update = Waiting(self.last_id, {"update_id": self.last_id, kind: content}, queue, self.now() + seconds)
            self.waiting[update.id] = update
            self._came.set()
            if self.hook:
                self._enqueue(self.hook, update)
        return self.last_id

    async def fetch(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Answer getUpdates: forget what lies below the offset, then wait for what comes.

        Raises:
            ConflictError: a webhook is set, or somebody else fetches.
        """
        if self.hook:
            raise ConflictError(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self.end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        if offset <= self.last_id + AHEAD:
            for known in list(takewhile(lambda known: known < offset, self.waiting)):
                del self.waiting[known]
        self._poll = ended = asyncio.get_running_loop().create_future()
        try:
            return await self._wait(limit, seconds, ended)
        finally:
            if self._poll is ended:
                self._poll = None

    async def _wait(self, limit: int, seconds: float, ended: "asyncio.Future[str]") -> list[Json]:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            self._came.clear()
            found = list(islice(self._alive(), limit))
            if found or loop.time() >= until:
                return [update.content for update in found]
            coming: asyncio.Future[Any] = asyncio.ensure_future(self._came.wait())
            await asyncio.wait({coming, ended}, timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED)
            coming.cancel()
            if ended.done():
                raise ConflictError(ended.result())

    @property
    def is_polled(self) -> bool:
        """Whether somebody waits for updates right now."""
        return self._poll is not None

    def end_poll(self, words: str) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_result(words)

    def _alive(self) -> Iterator[Waiting]:
        """What waits, the oldest first, without what has waited too long."""
        now = self.now()
        for update in list(islice(self.waiting.values(), MANY)):
            if update.ends_at > now:
                yield update
            else:
                del self.waiting[update.id]

    def set_hook(self, hook: Hook | None) -> None:
        self.hook = hook
        for pump in self._pumps.values():
            pump.cancel()
        self._pumps.clear()
        self._queues.clear()
        self._slots = asyncio.Semaphore(hook.connections) if hook else None
        if hook:
            self.end_poll("terminated by setWebhook request")
            for update in self.waiting.values():
                self._enqueue(hook, update)

    async def close(self) -> None:
        self.set_hook(None)
        self.end_poll("the tests are over")
        if self._session:
            await self._session.close()

    # ---- webhooks: within a queue one after the other, and the next only when the one before has arrived

    def _enqueue(self, hook: Hook, update: Waiting) -> None:
        self._queues.setdefault(update.queue, deque()).append(update)
        if update.queue not in self._pumps:
            self._pumps[update.queue] = asyncio.create_task(self._pump(hook, update.queue))

    async def _pump(self, hook: Hook, queue: str) -> None:
        updates, failures = self._queues[queue], 0
        while updates:
            again = await self._bring_one(hook, updates[0]) if updates[0].ends_at > self.now() else None
            if again is None:
                self.waiting.pop(updates.popleft().id, None)
                failures = 0
                continue
            grown = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE) if failures else 0.0
            failures += 1
            await asyncio.sleep(max(again, grown) * self.second)
        del self._queues[queue], self._pumps[queue]

    async def _bring_one(self, hook: Hook, update: Waiting) -> float | None:
        """None: it has arrived; else after how many seconds it may be tried again."""
        assert self._slots
        async with self._slots:
            try:
                status, again, answer = await self.post(update.content, hook.secret)
            except (aiohttp.ClientError, TimeoutError) as error:
                hook.failed_at, hook.failure = int(self.now()), type(error).__name__
                return 0.0
        if status // 100 != 2:
            hook.failed_at, hook.failure = int(self.now()), f"Wrong response from the webhook: {status}"
            return again
        await self._obey(answer)
        return None

    async def post(self, content: object, secret: str | None) -> tuple[int, float, bytes]:
        """Bring something to the webhook, as Telegram or (in tests) somebody else; status, Retry-After, body."""
        assert self.hook
        self._session = self._session or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        headers = {"Content-Type": "application/json"}
        headers |= {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        async with self._session.post(self.hook.url, data=body, headers=headers) as response:
            return response.status, float(response.headers.get("Retry-After", 0)), await response.read()

    async def _obey(self, answer: bytes) -> None:
        """A webhook may answer with a method, if it is none that asks for something."""
        with suppress(ValueError):
            wanted = json.loads(answer)
            method = wanted.pop("method") if isinstance(wanted, dict) and "method" in wanted else ""
            if method and not method.startswith("get") and "ebhook" not in method:
                await self.execute(method, wanted)

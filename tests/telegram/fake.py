"""A Bot API server on 127.0.0.1, as strict as the real one (core.telegram.org/bots/api, tdlib/telegram-bot-api).

What Telegram would silently ignore (a misspelt parameter, a method that does not exist) is a violation, and violations
end the test. Faults can be ordered: refusals, answers that get lost, connections that are cut, slowness.
"""

import asyncio
import json
import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

from tests.telegram.chats import MESSAGE_SECONDS, PRESS_SECONDS, Chat, Group, Json, Person
from tests.telegram.methods import RefusedError, Values, World, hook_of
from tests.telegram.spec import File, Spec, load_spec
from tests.telegram.updates import BY_DEFAULT, ConflictError, Updates

TOKEN = "123456:AAFakeTokenOfTheTests-0123456789_abcd"  # noqa: S105 the tests' own
MOST_SECONDS = 50  # of a long poll
KEPT = 100_000  # requests in the log
PATH = re.compile(r"/bot(\d+:[\w-]{30,})/(\w+)")


@dataclass(frozen=True)
class Request:
    """One line of the log. `status` 0: nobody was answered."""

    method: str
    values: Values
    status: int = 200


@dataclass
class Fault:
    """What goes wrong, how often, and for whom. `how`: a status, "cut" or "hangs" (before anything happens), or afterwards
    "lost", "garbage", "slow" (the answer). `once`: no message meets such a fault twice.
    """

    how: int | str
    times: float = 1
    share: float = 1.0
    chat: int | None = None
    seconds: float = 0.0
    words: str = ""
    retry_after: int | None = None
    once: bool = False
    met: int = 0


@dataclass
class Fake:
    """One bot's Bot API. Use it as `async with Fake() as fake`; at the end there must be no violations."""

    token: str = TOKEN
    second: float = 0.01  # what a second of Telegram's own pauses lasts
    port: int = 0
    seed: int = 1
    is_revoked: bool = False
    violations: list[str] = field(default_factory=list)
    requests: "deque[Request]" = field(default_factory=lambda: deque(maxlen=KEPT))
    hurried: float = 0.0  # seconds by which the clock was put forward

    def __post_init__(self) -> None:
        self.spec: Spec = load_spec()
        self.world = World(self.now, self.violations.append)
        self.updates = Updates(self.now, self.execute, self.second)
        self.faults: dict[str, list[Fault]] = {}
        self.busy = 0  # requests that are being answered, polls aside
        self._message = self._query = 0
        self._met_once: set[tuple[object, object]] = set()
        self._chance = random.Random(self.seed)  # noqa: S311 the same faults in every run
        self._runner: web.ServerRunner | None = None
        self._site: web.TCPSite | None = None
        world = self.world
        self._methods: dict[str, Callable[[Values], object]] = {
            "getMe": lambda _: world.me,
            "sendMessage": world.send_message,
            "sendPhoto": world.send_photo,
            "sendVenue": world.send_venue,
            "sendLocation": world.send_location,
            "sendChatAction": world.send_action,
            "editMessageText": world.edit_text,
            "editMessageReplyMarkup": world.edit_markup,
            "deleteMessage": world.delete_message,
            "deleteMessages": world.delete_messages,
            "answerCallbackQuery": world.answer_query,
            "leaveChat": world.leave_chat,
            "setMyCommands": world.set_commands,
            "getMyCommands": world.get_commands,
            "deleteMyCommands": world.delete_commands,
            "setMyDescription": partial(world.set_text, "description", 512),
            "getMyDescription": partial(world.get_text, "description"),
            "setMyShortDescription": partial(world.set_text, "short_description", 120),
            "getMyShortDescription": partial(world.get_text, "short_description"),
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
        }

    # ---- the server

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await self.open_door()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.updates.close()
        assert self._runner
        await self._runner.cleanup()
        assert kind is not None or not self.violations, self.violations

    async def open_door(self) -> None:
        assert self._runner
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def close_door(self) -> None:
        """From now on nobody can connect, until the door is opened again; those who are in are thrown out."""
        assert self._site
        assert self._runner
        await self._site.stop()
        for connection in list(self._runner.server.connections if self._runner.server else ()):
            if connection.transport:
                connection.transport.abort()
        await asyncio.sleep(0.05)  # until everybody has noticed

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ---- people, time, faults

    def user(self, name: str = "Aylin", language: str = "tr") -> Person:
        person = Person(self, 7_000_000_000 + len(self.world.chats), name, language)
        self.world.chats[person.id] = person
        return person

    def group(self, title: str = "Krabbelgruppe") -> Group:
        group = Group(self, -4_000_000 - len(self.world.chats), title)
        self.world.chats[group.id] = group
        return group

    def pass_time(self, seconds: float) -> None:
        self.hurried += seconds

    def fail(self, method: str, how: int | str, **more: Any) -> Fault:
        """Let a method ("*": any but getUpdates) fail; see Fault."""
        fault = Fault(how, **more)
        self.faults.setdefault(method, []).append(fault)
        return fault

    def heal(self) -> None:
        self.faults.clear()

    def calls(self, *methods: str, chat: Chat | None = None) -> list[Request]:
        """What was asked for, whether it succeeded or not."""
        return [
            request
            for request in self.requests
            if (not methods or request.method in methods) and (not chat or request.values.get("chat_id") == chat.id)
        ]

    @property
    def is_quiet(self) -> bool:
        """Nothing waits for the bot, and the bot waits for nothing."""
        return not self.updates.waiting and not self.busy

    # ---- what chats need

    @property
    def me(self) -> Json:
        return self.world.me

    def now(self) -> float:
        return time() + self.hurried

    def next_id(self) -> int:
        self._message += 1
        return self._message

    def bring(self, kind: str, content: Json, *, queue: str, seconds: float = MESSAGE_SECONDS) -> int:
        return self.updates.bring(kind, content, queue, seconds)

    def expect_answer(self, person: Person) -> str:
        self._query += 1
        query = f"{person.id}{self._query:06}"
        self.world.queries[query] = (person, self.now() + PRESS_SECONDS)
        return query

    # ---- requests

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        found = PATH.fullmatch(request.path)
        method = found[2] if found else ""
        try:
            form = await _form(request)
            self._check_token(found[1] if found else None)
            result = await self._carry_out(method, form)
        except RefusedError as error:
            return _refusal(error)
        except _CutError:
            if request.transport:
                request.transport.abort()
            return web.Response()
        except _GarbageError:
            return web.Response(text="<html>a proxy, perhaps")
        return web.Response(
            body=b'{"ok":true,"result":' + json.dumps(result).encode() + b"}", content_type="application/json"
        )

    def _check_token(self, token: str | None) -> None:
        if token is None:
            raise RefusedError(404, "Not Found")
        if token != self.token or self.is_revoked:
            raise RefusedError(401, "Unauthorized")

    async def _carry_out(self, method: str, form: Mapping[str, str | File]) -> object:
        values, status = {}, 0
        counts = method != "getUpdates"
        self.busy += counts
        try:
            values = self._read(method, form)
            fault = self._fault(method, values)
            if fault and fault.how in BEFORE:
                await asyncio.sleep(fault.seconds)
                raise _CutError
            if fault and isinstance(fault.how, int):
                raise _ordered(fault, fault.how)
            result = await self.execute(method, values)
            if fault and fault.how == "slow":
                await asyncio.sleep(fault.seconds)
            if fault and fault.how in BROKEN:
                raise BROKEN[fault.how]
            status = 200
        except RefusedError as error:
            status = error.status
            raise
        finally:
            self.busy -= counts
            self.requests.append(Request(method, values, status))
        return result

    def _read(self, method: str, form: Mapping[str, str | File]) -> dict[str, Any]:
        if method not in self.spec.methods:
            self.violations.append(f"no method {method}")
            raise RefusedError(404, "Not Found")
        values, ignored, wrong = self.spec.read(method, form)
        self.violations += [*ignored, *wrong]
        if wrong:
            raise RefusedError(400, f"Bad Request: {wrong[0]}")
        return values

    async def execute(self, method: str, values: Values) -> object:
        """Do what a method does, without the way over the net."""
        if method == "getUpdates":
            return await self._get_updates(values)
        if method not in self._methods:
            raise RefusedError(501, f"the fake does not know {method}")
        return self._methods[method](values)

    def _fault(self, method: str, values: Values) -> Fault | None:
        ordered: list[Fault] = [
            *self.faults.get(method, ()),
            *(self.faults.get("*", ()) if method != "getUpdates" else ()),
        ]
        for fault in ordered:
            is_meant = fault.chat is None or bool(fault.chat == values.get("chat_id"))
            if fault.times > 0 and is_meant and self._chance.random() < fault.share and self._may_meet(fault, values):
                fault.times -= 1
                fault.met += 1
                return fault
        return None

    def _may_meet(self, fault: Fault, values: Values) -> bool:
        message = (values.get("chat_id"), values.get("text"))
        if fault.once and message in self._met_once:
            return False
        if fault.once:
            self._met_once.add(message)
        return True

    # ---- updates

    async def _get_updates(self, values: Values) -> list[Json]:
        seconds = min(values.get("timeout", 0), MOST_SECONDS)
        if "allowed_updates" in values:
            self.updates.allowed = values["allowed_updates"] or BY_DEFAULT
        try:
            return await self.updates.fetch(values.get("offset", 0), values.get("limit", 100), seconds)
        except ConflictError as error:
            raise RefusedError(409, f"Conflict: {error}") from None

    def _set_webhook(self, values: Values) -> bool:
        hook = hook_of(values)
        if "allowed_updates" in values:
            self.updates.allowed = values["allowed_updates"] or BY_DEFAULT
        if values.get("drop_pending_updates"):
            self.updates.waiting.clear()
        self.updates.set_hook(hook)
        return True

    def _delete_webhook(self, values: Values) -> bool:
        return self._set_webhook({"url": "", **values})

    def _webhook_info(self, _: Values) -> Json:
        hook = self.updates.hook
        about: Json = {"has_custom_certificate": False, "pending_update_count": len(self.updates.waiting)}
        if hook is None:
            return {"url": "", **about}
        failure = {"last_error_date": hook.failed_at, "last_error_message": hook.failure} if hook.failure else {}
        allowed = {"max_connections": hook.connections, "allowed_updates": list(self.updates.allowed)}
        return {"url": hook.url, **about, **allowed, **failure}


class _CutError(Exception):
    """The connection breaks."""


class _GarbageError(Exception):
    """Somebody else answers."""


BEFORE = ("cut", "hangs")
BROKEN: Mapping[int | str, type[Exception]] = {"lost": _CutError, "garbage": _GarbageError}


def _ordered(fault: Fault, status: int) -> RefusedError:
    words = {
        400: "Bad Request: something",
        401: "Unauthorized",
        403: "Forbidden: bot was blocked by the user",
        409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        429: f"Too Many Requests: retry after {fault.retry_after}",
        500: "Internal Server Error: restart",
        502: "Bad Gateway",
    }
    more = {"retry_after": fault.retry_after} if fault.retry_after is not None else {}
    return RefusedError(status, fault.words or words.get(status, "Something"), **more)


def _refusal(error: RefusedError) -> web.Response:
    answer: Json = {"ok": False, "error_code": error.status, "description": error.words}
    if error.parameters:
        answer["parameters"] = error.parameters
    return web.Response(body=json.dumps(answer).encode(), status=error.status, content_type="application/json")


async def _form(request: web.BaseRequest) -> dict[str, str | File]:
    """The parameters of a request, in whichever of the four ways they are sent."""
    form: dict[str, str | File] = dict(request.query)
    try:
        match request.content_type:
            case "application/x-www-form-urlencoded":
                body = (await request.read()).decode("ascii")
                form |= parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body), errors="strict")
            case "application/json":
                sent = json.loads(await request.read())
                form |= {name: v if isinstance(v, str) else json.dumps(v) for name, v in sent.items()}
            case "multipart/form-data":
                form |= {name: _part(part) for name, part in (await request.post()).items()}
    except ValueError:
        raise RefusedError(400, "Bad Request: strings must be encoded in UTF-8") from None
    return form


def _part(part: Any) -> str | File:
    if isinstance(part, web.FileField):
        return File(part.filename, part.content_type, part.file.read())
    return part.decode() if isinstance(part, bytes | bytearray) else str(part)

"""Speaks with the homeserver: JSON over HTTP, with errors that say whether it refused or was away."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

CONNECT = 10.0  # seconds
READ = 20.0
TROUBLE = 500  # from this status on the server is in trouble, and nothing is wrong with the request
TOO_MANY = 429
FINE = 300

Json = dict[str, Any]


class RefusalError(Exception):
    """The homeserver has answered, with a no. `code` is Matrix's own, such as M_FORBIDDEN."""

    def __init__(self, status: int, code: str, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.answer = answer

    @property
    def retry_after(self) -> float | None:
        """Seconds that it wants to be left alone."""
        wanted = self.answer.get("retry_after_ms")
        return wanted / 1000 if isinstance(wanted, int | float) and not isinstance(wanted, bool) else None

    @property
    def is_token_unknown(self) -> bool:
        return self.code in {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"}


class AwayError(Exception):
    """The homeserver cannot be reached, or is in trouble. Nobody knows whether it has done what it was asked."""


class Homeserver:
    """One connection pool. `token` proves who we are; `refused` is set when it does not any more."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())  # Matrix knows no cookies
        self.token = ""
        self.refused = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(
        self,
        method: str,
        *path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        seconds: float = READ,
    ) -> Json:
        """Call `/_matrix/client/<path>`; each part of the path is quoted.

        Raises:
            RefusalError, AwayError
        """
        address = "/".join(("client", *(quote(part, safe="") for part in path)))
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return await self._request(method, address, query or {}, data, "application/json", seconds)

    async def upload(self, content: bytes, kind: str) -> str:
        """Store a file; returns where it lies (mxc://…).

        Raises:
            RefusalError, AwayError
        """
        answer = await self._request("POST", "media/v3/upload", {}, content, kind, READ)
        return str(answer["content_uri"])

    async def _request(
        self, method: str, path: str, query: Mapping[str, str], data: bytes | None, kind: str, seconds: float
    ) -> Json:
        url = URL(f"{self._url}/_matrix/{path}?{urlencode(query)}".rstrip("?"), encoded=True)
        headers = {"Content-Type": kind, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=seconds)
        try:
            async with self._session.request(method, url, data=data, headers=headers, timeout=timeout) as response:
                return _answer(response.status, await response.read())
        except RefusalError as error:
            if error.is_token_unknown:
                self.refused.set()
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise AwayError(type(error).__name__) from None  # its words may hold an address with a person in it


def _answer(status: int, content: bytes) -> Json:
    """What the homeserver says, if it says yes.

    Raises:
        RefusalError, AwayError
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if status < FINE and isinstance(answer, dict):
        return answer
    if status >= TROUBLE or not isinstance(answer, dict):
        raise AwayError(str(status))
    code = answer.get("errcode")
    if status == TOO_MANY and not isinstance(code, str):
        code = "M_LIMIT_EXCEEDED"
    raise RefusalError(status, code if isinstance(code, str) else "M_UNKNOWN", answer)

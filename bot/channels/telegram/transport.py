"""PTB's requests over aiohttp: a fraction of the work of httpx, which also logs the token with every call."""

import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

KEEP_ALIVE = 60  # seconds; a quiet bot need not shake hands for every answer
CONNECT = 10.0
READ = 15.0


class UndoneError(NetworkError):
    """Telegram was not reached, failed itself or is too busy: nothing has happened, it may be repeated without harm,
    after `retry_after` seconds if Telegram says so.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Transport(BaseRequest):
    """One connection pool. `limit`: requests at the same time."""

    def __init__(self, limit: int = 100) -> None:
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return READ

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=KEEP_ALIVE)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        if self._session:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 PTB's form
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 PTB's form
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 PTB's form
    ) -> tuple[int, bytes]:
        """Make a request. Errors carry no address: the token is a part of it."""
        if self._session is None or self._session.closed:
            raise UndoneError("not connected")
        read = read_timeout if isinstance(read_timeout, int | float) else READ
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=read)
        try:
            async with self._session.request(method, url, data=_body(request_data), timeout=timeout) as response:
                status, content = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UndoneError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise UndoneError(str(status), _retry_after(content))
        return status, content


def _retry_after(content: bytes) -> float | None:
    with suppress(ValueError, KeyError, TypeError):
        return float(json.loads(content)["parameters"]["retry_after"])
    return None


def _body(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in (data.multipart_data if data.contains_files else {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form

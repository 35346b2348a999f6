"""Makes the calls that layout.py has laid out, and says in the service's words how each of them went."""

import asyncio
import mimetypes
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TypeVar

from nio.crypto import encrypt_attachment

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError
from bot.channels.matrix.layout import Call
from bot.channels.matrix.server import TOO_MANY, AwayError, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import UnwritableError

SOON = 2.0  # seconds until something is tried again
GONE = {"M_FORBIDDEN", "M_NOT_FOUND", "M_GUEST_ACCESS_FORBIDDEN"}
LATER = {"M_LIMIT_EXCEEDED", "M_RESOURCE_LIMIT_EXCEEDED"}
THEIRS = "theirs "  # what the ref of a family's own message begins with

T = TypeVar("T")


async def make(session: Session, room: str, call: Call, key: str) -> Sequence[str]:
    """Make one call. `key` makes that the homeserver takes it once, however often it is repeated.

    Returns:
        The events that it has sent.

    Raises:
        UnsentError, UnclearError, GoneError, RefusedError: see bot/channels/base.py.
    """
    if room not in session.rooms:
        raise GoneError("not in the room")
    content = await told(_with_picture(session, room, call)) if "picture" in call else call["content"]
    event = await told(session.send(room, call["type"], content, key))
    refs = [event]
    for n, sign in enumerate(call.get("seeds", ())):
        seed = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": sign}}
        refs.append(await told(session.send(room, "m.reaction", seed, f"{key}.{n}")))
    return refs


async def erase(session: Session, room: str, refs: Sequence[str]) -> None:
    """Delete what stands in a room: ours, and what the family wrote where we may. Again from the start does no harm.

    Raises:
        UnsentError: the homeserver wants us to wait; what is deleted stays deleted.
    """
    known = session.rooms.get(room)
    if known is None:
        return
    may_delete_theirs = known.may_redact(session.me)
    for ref in refs:
        event = ref.removeprefix(THEIRS)
        if (event == ref or may_delete_theirs) and not session.is_erased(event):
            await told(_redact(session, room, event))


async def _redact(session: Session, room: str, event: str) -> None:
    try:
        await session.server.call(
            "PUT", "v3", "rooms", room, "redact", event, f"erase.{event.removeprefix('$')}", body={}
        )
    except RefusalError as error:
        if error.status == TOO_MANY or error.is_token_unknown:
            raise
    session.erased(event)


async def _with_picture(session: Session, room: str, call: Call) -> Call:
    """The content of a picture's event, once its file is uploaded; encrypted where the room is."""
    path = Path(call["picture"])
    content = await asyncio.to_thread(path.read_bytes)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    info = {"mimetype": kind, "size": len(content)}
    if not session.rooms[room].is_encrypted:
        return {**call["content"], "info": info, "url": await session.server.upload(content, kind)}
    sealed, keys = encrypt_attachment(content)
    url = await session.server.upload(sealed, "application/octet-stream")
    return {**call["content"], "info": info, "file": {**keys, "url": url}}


async def told(action: Awaitable[T]) -> T:
    """Await a call, and say how it went."""
    try:
        return await action
    except AwayError as error:
        raise UnclearError(str(error)) from None
    except UnwritableError:  # keys have to be kept before anything is sent with them
        raise UnsentError("keys cannot be stored", SOON) from None
    except RefusalError as error:
        if error.is_token_unknown:
            raise UnsentError("token refused", SOON) from None
        if error.code in LATER or error.status == TOO_MANY:
            raise UnsentError(error.code, error.retry_after or SOON) from None
        if error.code in GONE:
            raise GoneError(error.code) from None
        raise RefusedError(error.code) from None

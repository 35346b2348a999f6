"""Logs that say what happened and never to whom: event codes, counts, durations. No text, no ids, no addresses.

What is not on the list is dropped, whoever logs it. Other libraries may write anything into a message, a token in an
address for instance: of theirs only the name, the level and the place in the code are kept.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO, cast

import structlog

ROOT = Path(__file__).parent.parent
NUMBERS = frozenset({"channels", "chats", "count", "months", "version"})
_PLACE = r"[\w/<>.-]{1,80}:\d{1,6}"
CODES: Mapping[str, re.Pattern[str]] = {  # under which name what form is kept
    "event": re.compile(r"[a-z_]{1,40}"),
    "level": re.compile(r"[a-z]{1,10}"),
    "channel": re.compile(r"[a-z]{1,20}"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"),
    "error": re.compile(rf"\w{{1,60}}( {_PLACE})?"),
    "logger": re.compile(r"[a-z_][\w.]{0,80}"),
    "place": re.compile(_PLACE),
}
OURS = ("bot", "catalog", "locales")


def set_up_logs(stream: TextIO | None = None, *, debug: bool = False) -> None:
    """Send everything that is logged anywhere through the list, as one line of JSON each (to stderr)."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Unfailing(stream or sys.stderr))),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Foreign()]
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # or what cannot be logged is shown whole
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _uncaught_in_passing


def only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep numbers and short codes under names that are on the list; drop the rest."""
    return {name: value for name, value in event.items() if _is_harmless(name, value)}


def _is_harmless(name: str, value: object) -> bool:
    if isinstance(value, str):
        return name in CODES and CODES[name].fullmatch(value) is not None
    return name in NUMBERS and isinstance(value, int)


def where(error: BaseException) -> str:
    """Which error, and where in our code: "ValueError bot/dialogue/engine.py:97". Never what it says."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    place = f" {_relative(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


def _is_ours(path: str) -> bool:
    return any(Path(path).is_relative_to(ROOT / name) for name in OURS)


def _relative(path: str) -> str:
    return Path(path).relative_to(ROOT).as_posix()


class _Unfailing:
    """A stream without room for another line, on a full disk for instance, is no reason to stop answering families."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Foreign(logging.Handler):
    """What other libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log(record)
        except Exception:  # noqa: BLE001 nobody stumbles because something cannot be logged
            self.handleError(record)

    def _log(self, record: logging.LogRecord) -> None:
        level = min(record.levelno // 10 * 10, logging.CRITICAL)
        log = structlog.get_logger()
        error = where(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None
        place = f"{record.module}:{record.lineno}"
        log.log(max(level, logging.DEBUG), "library", logger=record.name, place=place, error=error)


def _uncaught(kind: type[BaseException], error: BaseException, _: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().error("uncaught", error=where(error))


def _uncaught_in_passing(args: "sys.UnraisableHookArgs") -> None:
    """Where nobody can catch it: in a destructor, for instance."""
    if args.exc_value:
        structlog.get_logger().error("uncaught", error=where(args.exc_value))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value:
        structlog.get_logger().error("uncaught", error=where(args.exc_value))

"""For tests that set up the logs of the whole process: afterwards everything is as before."""

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.logs import set_up_logs


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, whoever logs it, DEBUG on."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers, root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    stream = io.StringIO()
    set_up_logs(stream, debug=True)
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        root.handlers, logging.raiseExceptions = handlers, raises
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

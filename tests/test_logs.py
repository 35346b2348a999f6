"""Logs hold codes and numbers; what a family writes, a name or a token is dropped, whoever logs it."""

import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.engine import respond
from bot.logs import CODES, NUMBERS, only_allowed, set_up_logs, where

SAID = "Ayşe 0176-5551234 123456:TOKEN-abc"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged, line by line; everything is as before afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level, raises = root.handlers, root.level, logging.raiseExceptions
    stream = io.StringIO()
    set_up_logs(stream, debug=True)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, logging.raiseExceptions = handlers, raises
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_is_json_with_the_code_the_level_and_the_time(lines: Lines) -> None:
    structlog.get_logger().info("turn_failed", channel="telegram", count=3)
    (line,) = lines()
    assert (line["event"], line["level"], line["channel"], line["count"]) == ("turn_failed", "info", "telegram", 3)
    assert line["timestamp"].endswith("Z")


def test_a_name_that_is_not_on_the_list_is_dropped(lines: Lines) -> None:
    structlog.get_logger().info("turn", text=SAID, chat="42", user="ayse")
    assert set(lines()[0]) == {"event", "level", "timestamp"}


@given(st.dictionaries(st.sampled_from(sorted({*CODES, *NUMBERS})), st.text(min_size=1)))
def test_no_sentence_gets_through_under_any_name(said: dict[str, str]) -> None:
    for value in only_allowed(None, "info", dict(said)).values():
        assert len(str(value).split(" ")) <= 2
        assert not set(str(value)) & set("@+,;!?\"'")


def test_a_message_of_another_library_is_not_kept(lines: Lines) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", SAID)
    logging.getLogger("other").debug(SAID)
    assert SAID not in json.dumps(lines(), ensure_ascii=False)
    assert [line["logger"] for line in lines()] == ["httpx", "other"]


def test_an_exception_says_where_and_never_what(lines: Lines) -> None:
    with pytest.raises(AttributeError) as caught:
        respond(None, SAID, catalog=None, understanding=None, text=None, now=None)  # type: ignore[arg-type]
    logging.getLogger("library").error("failed on %s", SAID, exc_info=caught.value)
    assert where(caught.value).partition(" ")[2].startswith("bot/dialogue/")
    (line,) = lines()
    assert line["error"].partition(" ")[2].startswith("bot/dialogue/")
    assert SAID not in json.dumps(line)


def test_what_nobody_catches_is_logged_without_its_words(lines: Lines) -> None:
    thread = threading.Thread(target=_raise)
    thread.start()
    thread.join()
    _Bad()
    gc.collect()
    try:
        _raise()
    except ValueError as error:
        sys.excepthook(ValueError, error, None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(SAID, stacklevel=1)
    assert SAID not in json.dumps(lines(), ensure_ascii=False)
    assert [line["event"] for line in lines()].count("uncaught") == 3
    assert any(line.get("logger") == "py.warnings" for line in lines())


def test_a_record_that_cannot_be_written_is_no_error(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("library").warning("%d", SAID)
    assert SAID not in json.dumps(lines()) + "".join(capsys.readouterr())


def _raise() -> None:
    raise ValueError(SAID)


class _Bad:
    def __del__(self) -> None:
        raise ValueError(SAID)

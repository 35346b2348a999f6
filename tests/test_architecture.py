"""The walls of the house: who may import what."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("catalog/**/*.py")])
PURE = ("bot/dialogue/", "bot/understanding/")
EDGES = {
    "time", "random", "socket", "urllib", "http", "asyncio", "threading", "subprocess", "sqlite3", "os", "shutil", "tempfile",
    "requests", "httpx", "aiohttp", "sqlalchemy", "alembic", "telegram", "nio", "click", "rich", "structlog", "cryptography",
}  # fmt: skip
ONLY_IN = {
    "telegram": ("bot/channels/telegram/",),
    "nio": ("bot/channels/matrix/",),
    "peewee": ("bot/channels/matrix/",),
    "playhouse": ("bot/channels/matrix/",),
    "sqlalchemy": ("bot/store/", "catalog/db.py", "catalog/positions.py"),
    "alembic": ("bot/store/",),
    "sqlcipher3": ("bot/store/",),
    "psycopg": ("bot/store/",),
    "cryptography": ("bot/keys.py",),
    "prometheus_client": ("bot/metrics.py",),
    "httpx": (),
    "aiohttp": ("bot/channels/matrix/", "bot/channels/telegram/", "bot/health.py", "bot/serve.py"),
    "click": ("bot/cli.py", "bot/commands/"),
    "geopy": ("catalog/geo.py", "catalog/geocoding.py"),
    "icalendar": ("catalog/export/ics.py",),
    "openpyxl": (
        "catalog/sources/spreadsheet.py",
        "catalog/sources/cells.py",
        "catalog/template.py",
        "catalog/explanation.py",
        "catalog/export/",
    ),
}
NOW_CALLS = {"now", "today", "utcnow"}


@cache
def imported(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [p for p in MODULES if name(p).startswith("catalog/")], ids=name)
def test_the_catalog_knows_nothing_of_the_bot(path: Path) -> None:
    assert not [module for module in imported(path) if module.split(".")[0] in {"bot", "locales"}]


@pytest.mark.parametrize("path", [p for p in MODULES if name(p).startswith(PURE)], ids=name)
def test_the_pure_rooms_touch_no_clock_network_or_database(path: Path) -> None:
    assert not {module.split(".")[0] for module in imported(path)} & EDGES
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    asked = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute)]
    assert not NOW_CALLS & set(asked), "the moment is handed in"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_libraries_stay_in_their_room(path: Path) -> None:
    for module in imported(path):
        allowed = ONLY_IN.get(module.split(".")[0])
        assert allowed is None or name(path).startswith(allowed), f"{module} belongs in {allowed}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_understanding_does_not_know_the_dialogue(path: Path) -> None:
    if name(path).startswith("bot/understanding/"):
        assert not [module for module in imported(path) if module.startswith(("bot.dialogue", "bot.channels"))]
    if name(path).startswith("bot/dialogue/"):
        assert not [
            module
            for module in imported(path)
            if module.startswith(("bot.channels", "bot.cli", "bot.commands", "bot.config"))
        ]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_keeps_something_that_changes(path: Path) -> None:
    """No module-level lists, dicts or sets that code could fill: constants are capitals and never appended to."""
    tree = ast.parse(path.read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
    assert "contextvars" not in set(imported(path))

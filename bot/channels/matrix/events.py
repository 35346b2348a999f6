"""What happens in a room, as the dialogue understands it. Pure; whatever somebody sends, it never raises."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.dialogue.model import Choice, Command, Input, Location, Text

POLL_ANSWERS = ("m.poll.response", "org.matrix.msc3381.poll.response")
SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")  # "show as text", "show as a picture": the sign stays the same
KEYCAP = "\u20e3"
TEN = "🔟"
LONGEST_SIGN = 20  # characters; a picture can have many
LONGEST_OPTION = 200  # characters; ours are shorter
OLD = 6 * 3600.0  # seconds
_NUMBER = re.compile(r"(\d{1,2})[.)]?")
_GEO = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,16})?),(-?\d{1,3}(?:\.\d{1,16})?)(?:[,;].*)?", re.DOTALL)
_COMMAND = re.compile(r"[/!]{1,2}(\w[\w-]*)(?:@\S*)?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class Address:
    """Where an answer goes: the room, what it answers, and the thread of both, if any."""

    room: str
    event: str = ""
    thread: str = ""
    bridged: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Address":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Picked:
    """A number or a sign that may stand for an option: of the event `question`, or of the last question of the room.

    `otherwise`: what it is when it stands for none; a sign that is only a sign is nothing then.
    """

    sign: str
    question: str = ""
    otherwise: Input | None = field(default=None, repr=False)


def read(event: Mapping[str, Any]) -> Input | Picked | None:
    """Understand an event (decrypted); None: nothing to answer."""
    kind, content = event.get("type"), table(event.get("content"))
    relation = table(content.get("m.relates_to"))
    if "state_key" in event:
        return None
    if relation.get("rel_type") == "m.replace":
        return _correction(content) if kind == "m.room.message" else None
    match kind:
        case "m.reaction":
            return _reaction(relation)
        case "m.sticker":
            return Command("picture")
        case "m.room.message":
            return _message(content, relation)
    return _vote(content) if kind in POLL_ANSWERS else None


def thread_of(event: Mapping[str, Any]) -> str:
    """The event with which the thread began that this one belongs to; empty outside of threads."""
    relation = table(table(event.get("content")).get("m.relates_to"))
    return words(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else ""


def table(value: object) -> Mapping[str, Any]:
    """A JSON object; where somebody has sent something else, an empty one."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a list; where somebody has sent something else, none."""
    return (item for item in (value if isinstance(value, list) else ()) if isinstance(item, Mapping))


def words(value: object) -> str:
    return value if isinstance(value, str) else ""


def is_old(event: Mapping[str, Any], now: float) -> bool:
    """Whether nobody waits for an answer to this any more. `now`: seconds since 1970."""
    sent = event.get("origin_server_ts")
    return isinstance(sent, int) and sent / 1000 < now - OLD


def _reaction(relation: Mapping[str, Any]) -> Picked | None:
    question, key = words(relation.get("event_id")), words(relation.get("key"))
    sign = _number(key) or plain_sign(key)
    is_ours = relation.get("rel_type") == "m.annotation" and question and 0 < len(sign) <= LONGEST_SIGN
    return Picked(sign, question) if is_ours else None


def _correction(content: Mapping[str, Any]) -> Input | None:
    """Words that somebody has mended are said anew, for they may tell of a danger; a number would now answer something else."""
    said = _message(table(content.get("m.new_content")), {})
    return said if isinstance(said, Text | Command) else None


def _message(content: Mapping[str, Any], relation: Mapping[str, Any]) -> Input | Picked | None:
    body = content.get("body")
    match content.get("msgtype"):
        case "m.text" | "m.emote" if isinstance(body, str):
            return _text(body, words(table(relation.get("m.in_reply_to")).get("event_id")))
        case "m.location":
            return _location(content) or Text(words(body))
        case "m.audio":
            return Command("voice")
        case "m.image" | "m.video" | "m.file":
            return Command("picture")
    return None  # m.notice is another program's, m.key.verification.request another machine's


def _text(body: str, answered: str) -> Input | Picked:
    text = _without_quote(body) if answered else body
    command = _COMMAND.fullmatch(text.strip())
    if command:
        return Command(command[1].lower(), (command[2] or "").strip())
    number = _number(text)
    return Picked(number, answered, Text(text)) if number else Text(text)


def _without_quote(body: str) -> str:
    """What somebody wrote below the message that they answer; older clients repeat it, line by line."""
    lines = body.split("\n")
    quoted = next((i for i, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[quoted:]).lstrip("\n") if quoted else body


def _number(text: str) -> str:
    """ "3", "٣.", "3️⃣", "🔟" as "3" and "10"; empty for everything else."""
    sign = text.strip().translate(SELECTORS).removesuffix(KEYCAP)
    if sign == TEN:
        return "10"
    found = _NUMBER.fullmatch("".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in sign))
    return str(int(found[1])) if found else ""


def plain_sign(text: str) -> str:
    """A sign without what says how it is to be drawn."""
    return text.translate(SELECTORS)


def _vote(content: Mapping[str, Any]) -> Choice | None:
    """The answer that somebody has tapped in a poll: the ids of ours are those of the options."""
    unstable = table(content.get("org.matrix.msc3381.poll.response")).get("answers")
    for answers in (content.get("m.selections"), unstable, table(content.get("m.poll.response")).get("answers")):
        if isinstance(answers, list) and answers and isinstance(answers[0], str):
            return Choice(answers[0][:LONGEST_OPTION])
    return None


def _location(content: Mapping[str, Any]) -> Location | None:
    newer = (table(content.get(name)).get("uri") for name in ("m.location", "org.matrix.msc3488.location"))
    for uri in (content.get("geo_uri"), *newer):
        found = _GEO.fullmatch(words(uri))
        if found:
            return Location(round(float(found[1]), 3), round(float(found[2]), 3))
    return None

"""A Nominatim server on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from catalog.geocoding import Position


@dataclass
class FakeNominatim:
    """A server on this machine that knows a few streets, and writes down what it was asked."""

    known: dict[str, Position] = field(default_factory=dict)
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def fake_nominatim(known: dict[str, Position]) -> Iterator[FakeNominatim]:
    fake = FakeNominatim(known)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            fake.asked.append(query)
            fake.agents.append(self.headers["User-Agent"])
            fake.paths.append(parts.path)
            found = fake.known.get(query.get("street", ""))
            answer = [{"lat": str(found.lat), "lon": str(found.lon), "display_name": "there"}] if found else []
            self.send_response(fake.status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        fake.url = f"http://127.0.0.1:{listening.server_port}/nominatim"
        yield fake
        listening.shutdown()
        thread.join()

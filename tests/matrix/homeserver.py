"""A real Synapse on this machine, without limits, with its database in memory of the disk's cache: up in about a second."""

import hashlib
import hmac
import json
import secrets
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.matrix import leash

ON_A_LEASH = (sys.executable, leash.__file__)
NAME = "example.test"
SECRET = "secret of the tests"  # noqa: S105 only there
PASSWORD = "password of the tests"  # noqa: S105 only there
PATIENCE = 30.0  # seconds until it has to be there
_NONE = {"per_second": 10_000, "burst_count": 10_000}
_LIMITS = (
    *("rc_message", "rc_registration", "rc_joins_per_room", "rc_room_creation", "rc_media_create"),
    *("rc_admin_redaction", "rc_key_requests"),
)
NO_LIMITS = {
    **dict.fromkeys(_LIMITS, _NONE),
    "rc_login": {"address": _NONE, "account": _NONE, "failed_attempts": _NONE},
    "rc_joins": {"local": _NONE, "remote": _NONE},
    "rc_invites": {"per_room": _NONE, "per_user": _NONE, "per_issuer": _NONE},
}


@dataclass(frozen=True)
class Login:
    """An account that is logged in."""

    user: str
    device: str
    token: str


@dataclass
class Synapse:
    """One process; what it keeps lies in `folder`."""

    folder: Path
    limits: Mapping[str, Any] = field(default_factory=lambda: NO_LIMITS)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.port = self.port or _free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "homeserver.json"  # JSON is YAML
        settings.write_text(json.dumps(self._settings()))
        key = self.folder / "signing.key"
        if not key.exists():
            key.write_text(f"ed25519 a_test {b64encode(secrets.token_bytes(32)).decode().rstrip('=')}\n")
        with (self.folder / "out.txt").open("ab") as out:
            command = [*ON_A_LEASH, "synapse.app.homeserver", "-c", str(settings)]
            self._process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE, stdout=out, stderr=out)
        end = monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "out.txt").read_text()[-2000:]
            assert monotonic() < end, "Synapse does not start"
            sleep(0.02)

    def stop(self) -> None:
        """End it; it can be started again on the same port."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _answers(self) -> bool:
        try:
            self.call("GET", "/_matrix/client/versions")
        except OSError:
            return False
        return True

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Any call of its API. A refusal is an answer too."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310 our own server
        try:
            with urlopen(request, timeout=20) as answer:  # noqa: S310 the same
                return json.load(answer)
        except HTTPError as error:
            return {"status": error.code, **json.loads(error.read() or b"{}")}

    def register(self, name: str, *, admin: bool = False) -> Login:
        """Make an account."""
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)["nonce"]
        parts = [nonce, name, PASSWORD, "admin" if admin else "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac}
        answer = self.call("POST", path, body)
        return Login(answer["user_id"], answer["device_id"], answer["access_token"])

    def login(self, user: str, device: str = "") -> Login:
        """Log in once more, as another device."""
        who = {"type": "m.id.user", "user": user}
        body = {"type": "m.login.password", "identifier": who, "password": PASSWORD}
        answer = self.call("POST", "/_matrix/client/v3/login", {**body, **({"device_id": device} if device else {})})
        return Login(answer["user_id"], answer["device_id"], answer["access_token"])

    def room(self, token: str, room: str, *path: str, method: str = "GET", body: Any = None) -> Any:
        """A call about one room."""
        parts = "/".join(quote(part, safe="") for part in (room, *path))
        return self.call(method, f"/_matrix/client/v3/rooms/{parts}", body, token)

    def messages(self, token: str, room: str) -> list[dict[str, Any]]:
        """The latest events of a room as they lie there, newest first."""
        path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/messages?dir=b&limit=200"
        events: list[dict[str, Any]] = self.call("GET", path, token=token)["chunk"]
        return events

    def _settings(self) -> Mapping[str, Any]:
        return {
            "server_name": NAME,
            "pid_file": str(self.folder / "pid"),
            "report_stats": False,
            "suppress_key_server_warning": True,
            "trusted_key_servers": [],
            "signing_key_path": str(self.folder / "signing.key"),
            "media_store_path": str(self.folder / "media"),
            "log_config": str(self._logging()),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "registration_shared_secret": SECRET,
            "macaroon_secret_key": SECRET,
            "form_secret": SECRET,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "url_preview_enabled": False,
            "federation_domain_whitelist": [],
            **self.limits,
        }

    def _logging(self) -> Path:
        path = self.folder / "log.json"
        handlers = {"file": {"class": "logging.FileHandler", "filename": str(self.folder / "synapse.log")}}
        root = {"level": "WARNING", "handlers": ["file"]}
        path.write_text(json.dumps({"version": 1, "handlers": handlers, "root": root}))
        return path


def synapse_in(folder: Path, limits: Mapping[str, Any] = NO_LIMITS) -> Synapse:
    """A homeserver that answers; where Synapse is not installed, the test is skipped."""
    if find_spec("synapse") is None:
        pytest.skip("matrix-synapse is not installed: pip install 'nahbei[dev]'")
    server = Synapse(folder, limits)
    server.start()
    return server


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

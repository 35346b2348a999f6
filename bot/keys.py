"""The two secrets of an installation, and what is made with them.

`database.key` opens the encrypted database. `pepper.key` makes chats unrecognisable and seals what is in flight. They lie
in two files so that an operator can keep one of them elsewhere; neither is ever part of a backup.
"""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DATABASE_FILE, PEPPER_FILE = "database.key", "pepper.key"
KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM wants (NIST SP 800-38D, 8.2.2: random)
OTHERS = 0o077  # rights that nobody but the owner should have
PADDING = 256  # bytes; sealed messages come in few sizes, so that their length says little


class WrongKeyError(Exception):
    """Something sealed cannot be opened: another key, another row, or somebody changed it."""


@dataclass(frozen=True)
class Keys:
    """Digests of chats and updates, and sealing of everything that names a person."""

    database: str = field(repr=False)  # hexadecimal, as SQLCipher wants it
    pepper: bytes = field(repr=False)
    _cipher: AESGCM = field(init=False, repr=False, compare=False)
    _digests: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(_derived(self.pepper, b"nahbei seal")))
        object.__setattr__(self, "_digests", _derived(self.pepper, b"nahbei digest"))

    def chat(self, channel: str, chat: str) -> bytes:
        """Under which a conversation is kept: without the pepper nobody can tell whose it is."""
        return self._digest("chat", channel, chat)

    def update(self, channel: str, update: str) -> bytes:
        """By which a message that comes twice is recognised; says nothing about who sent it."""
        return self._digest("update", channel, update)[:16]

    def check(self) -> str:
        """To notice, before anything is written, that a database was made with another pepper."""
        return self._digest("check").hex()

    def secret(self, purpose: str) -> bytes:
        """A key of its own for something else that has to be encrypted."""
        return _derived(self.pepper, f"nahbei for {purpose}".encode())

    def seal(self, content: bytes, place: bytes) -> bytes:
        """Encrypt `content` for one place (a row); it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        padded = len(content).to_bytes(4) + content
        padded += bytes(-len(padded) % PADDING)
        return nonce + self._cipher.encrypt(nonce, padded, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            WrongKeyError: key or place are not the same, or it was changed or cut off.
        """
        try:
            padded = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            raise WrongKeyError("sealed with another key, or for another place") from error
        return padded[4 : 4 + int.from_bytes(padded[:4])]

    def _digest(self, *parts: str) -> bytes:
        pieces = [part.encode("utf-8", "surrogatepass") for part in parts]  # a channel may bring half a character
        return hmac.digest(self._digests, b"".join(len(piece).to_bytes(4) + piece for piece in pieces), sha256)


def load_keys(folder: Path, *, create: bool = True) -> Keys:
    """Read both keys; on the very first start make them, readable for their owner only.

    Raises:
        ValueError: a key is missing or broken, or others can read it. The message says what to do.
    """
    return Keys(_load(folder / DATABASE_FILE, create=create).hex(), _load(folder / PEPPER_FILE, create=create))


def _load(path: Path, *, create: bool) -> bytes:
    if not path.exists():
        if not create:
            raise ValueError(f"{path} is missing: put it back from where you keep it. Without it nothing can be read.")
        return _made(path)
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a key: put the right file back") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} is not a key of {KEY_BYTES} bytes: put the right file back")
    return key


def _made(path: Path) -> bytes:
    """Write a new key so that it is there whole or not at all, and never over another one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    handle, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable for its owner only
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return _load(path, create=False)  # another process was first
    finally:
        Path(draft).unlink()
    _make_durable(path.parent)
    return key


def _make_durable(folder: Path) -> None:
    """A key that went with the power would take everything with it that was encrypted meanwhile."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret)

"""Keys of rooms grow old: with what lies here nobody can read any more what was said a day or two ago.

A key of Megolm can be turned forward: from then on it opens only what comes later (Megolm specification, "ratchet").
"""

from time import time

from nio.crypto import InboundGroupSession

from bot.channels.matrix.store import Mark, Store, UnwritableError

DAY = 86400.0  # seconds


class Fading:
    """Marks how far each key was used, and when; `fade` turns it forward to a mark that is a day old, and marks anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._marked = {mark.session for mark in store.marks()}
        self._latest: dict[str, int] = {}

    def used(self, session: str, index: int) -> None:
        """A message was read, or with a key of our own something was said."""
        self._latest[session] = max(index + 1, self._latest.get(session, 0))
        if session not in self._marked:
            self._mark(session, self._latest[session])

    def _mark(self, session: str, index: int) -> None:
        try:
            self._store.keep_mark(Mark(session, index, time()))
        except UnwritableError:  # that must not keep anybody from being read; the next message marks
            return
        self._marked.add(session)

    def due(self, now: float) -> list[Mark]:
        """The marks that are a day old."""
        return [mark for mark in self._store.marks() if mark.at <= now - DAY]

    def faded(self, mark: Mark) -> None:
        """The key of this mark was turned forward, or dropped."""
        self._store.drop_mark(mark.session)
        self._marked.discard(mark.session)
        latest = self._latest.pop(mark.session, 0)
        if latest > mark.index:
            self._latest[mark.session] = latest
            self._mark(mark.session, latest)

    def forget(self, session: str) -> None:
        """This key is gone."""
        self._latest.pop(session, None)
        self._marked.discard(session)


def turned(session: InboundGroupSession, index: int) -> InboundGroupSession:
    """The same key, good only for messages from `index` on."""
    exported = session.export_session(max(index, session.first_known_index))
    return InboundGroupSession.import_session(
        exported, session.ed25519, session.sender_key, session.room_id, session.forwarding_chain
    )

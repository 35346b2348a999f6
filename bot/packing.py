"""Turns become parcels: laid out for their messenger, numbered, sealed."""

from collections.abc import Mapping, Sequence

from bot.channels.base import Channel, Update
from bot.conversation import gives_numbers
from bot.dialogue.model import Forget, State, Turn
from bot.seals import Letter, Seals
from bot.store.delivery import Claim, Message, Parcel
from bot.store.turns import Answered

ERASING = -1  # the number of the parcel that comes before all answers


class Packer:
    """Packs what is to be written down and sent for one message of a chat."""

    def __init__(self, seals: Seals, channels: Mapping[str, Channel]) -> None:
        self._seals = seals
        self._channels = channels

    def answered(
        self, claimed: Claim, message: Message, update: Update, before: State, turn: Turn, refs: Sequence[bytes]
    ) -> Answered:
        """The outcome of a turn. `refs`: what is to be deleted in the messenger if it forgets."""
        chat = claimed.chat
        parcels = self.parcels(claimed, message, update, before, turn)
        if refs and forgets(turn):
            erase = tuple(self._seals.open_ref(chat, ref) for ref in refs)
            parcels = [self._parcel(claimed, message, ERASING, Letter(update.address, erase=erase)), *parcels]
        return Answered(
            parcels=parcels,
            state=self._seals.state(chat, turn.state),
            effects=turn.effects,
            refs=self.refs(claimed, update),
        )

    def parcels(self, claimed: Claim, message: Message, update: Update, before: State, turn: Turn) -> list[Parcel]:
        """One parcel for each call of the messenger."""
        lang = turn.state.answers.lang
        chosen = lang if lang != before.answers.lang else None
        calls = self._channels[claimed.channel].lay_out(turn.replies, update.address, chosen)
        urgent, last = gives_numbers(turn), len(calls) - 1
        return [
            self._parcel(
                claimed, message, n, Letter(update.address, call, urgent=urgent, closes=n == last and forgets(turn))
            )
            for n, call in enumerate(calls)
        ]

    def refs(self, claimed: Claim, update: Update) -> list[bytes]:
        """The family's own message, to delete it later."""
        return [self._seals.ref(claimed.chat, ref) for ref in update.refs]

    def _parcel(self, claimed: Claim, message: Message, n: int, letter: Letter) -> Parcel:
        return Parcel(n, f"{message.digest.hex()}.{n}", self._seals.letter(claimed.chat, letter), started=False)


def forgets(turn: Turn) -> bool:
    return any(isinstance(effect, Forget) for effect in turn.effects)

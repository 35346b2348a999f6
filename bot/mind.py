"""The thread in which answers are thought of, one after the other, and when it stands back."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

BRIEF = 0.001  # seconds of a thought that holds nobody up
FADING = 0.9  # of a long thought, with each that follows it


class Mind:
    """Keeps long thoughts beside the event loop. `calm` waits until nothing is being taken in, for a moment at most.

    Python runs one thread at a time: while a long thought lasts, storing a message proceeds a few milliseconds at each
    of its steps. So thoughts that are not brief come one by one, and what is heard goes before what is answered.
    """

    def __init__(self, calm: Callable[[], Awaitable[None]]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="conversation")
        self._calm = calm
        self._lasted = 0.0  # seconds, the longest of the last thoughts
        self._place = asyncio.Lock()

    def begin(self, thought: Callable[[], object]) -> None:
        """Have something thought that nobody waits for."""
        self._thread.submit(thought)

    async def at_once(self, thought: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Think of something as soon as the thought under way has ended."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: thought(*args, **named))

    async def in_turn(self, thought: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Think of something when nothing else has to be done."""

        def timed() -> T:
            started = perf_counter()
            try:
                return thought(*args, **named)
            finally:
                self._lasted = max(perf_counter() - started, FADING * self._lasted)

        if self._lasted < BRIEF:
            return await self.at_once(timed)
        async with self._place:
            await self._calm()
            return await self.at_once(timed)

    def end(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

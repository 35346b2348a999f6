"""Run a module that ends when whoever started it does, however that ended: python leash.py MODULE ….

The standard input is a pipe that nobody writes into; it is at its end when the other side is gone.
"""

import os
import runpy
import sys
import threading
from pathlib import Path


def end_with_the_other_side() -> None:
    """Wait in a thread, for the module has the others."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_other_side, daemon=True).start()
    del sys.argv[0]
    sys.path[0] = str(Path(__file__).parent.parent.parent)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

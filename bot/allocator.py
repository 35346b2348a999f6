"""The C library's memory: a service that waits most of the time gives back what it does not use.

glibc has a pool for each thread and keeps in it what was freed; measured, that is 4 MB of `nahbei serve`. Its thresholds
stay as they are: with smaller ones every large array of a turn is asked from the system anew. Another C library (musl,
macOS) does as it does.
"""

import ctypes

ARENA_MAX = -8  # the number of mallopt's parameter, from glibc's malloc.h


def share_one_pool() -> None:
    """One pool for all threads; only before there are any."""
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(ARENA_MAX, 1)


def give_back() -> None:
    """What is free anywhere in the pool goes back to the system; takes about a millisecond."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)

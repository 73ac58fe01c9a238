"""The threads that run programs: one pool for the whole process, asleep while nothing runs."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock

WORTH_A_TEAM = 500_000
"""Multiplications of a batch on its way forward; with fewer, threads wait more than they work."""

_running = Lock()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def team_size(threads: int | None, work: int) -> int:
    """Return how many threads are to work on a step.

    Args:
        threads: As asked for; None for as many as help.
        work: Multiplications of a batch on its way forward.
    """
    if threads is not None:
        return threads
    return processors() if work >= WORTH_A_TEAM else 1


def run_team(work: Callable[[int], None], threads: int) -> None:
    """Call ``work(thread)`` in so many threads at once, the calling one among them.

    Teams run one after the other: if two had to share the pool, each could wait for a thread that
    waits for the other.
    """
    if threads == 1:
        work(0)
        return
    with _running:
        others = [helpers(threads).submit(work, thread) for thread in range(1, threads)]
        work(0)
        for other in others:
            other.result()


@cache
def helpers(threads: int) -> ThreadPoolExecutor:
    """Return the threads that help the calling one."""
    return ThreadPoolExecutor(threads - 1, thread_name_prefix="chainrule")


if hasattr(os, "register_at_fork"):  # a forked process has none of the threads
    os.register_at_fork(after_in_child=helpers.cache_clear)

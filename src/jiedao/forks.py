"""The process that the workers of `jiedao scale` are forked from."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver


def can_fork() -> bool:
    """Whether workers can be forked; on Windows each starts for itself."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def start_fork_server() -> None:
    """Start it, if it does not run; it loads `jiedao.workers` while this process gets ready."""
    if can_fork():
        multiprocessing.set_forkserver_preload(["jiedao.workers"])
        multiprocessing.forkserver.ensure_running()

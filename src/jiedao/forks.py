"""The process that the workers of `jiedao scale` are forked from."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import sys

_ENVIRONMENT = {
    # Large pages where the system lends them (glibc 2.35 and later): a dictionary is read all over the place.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's threads wait for algebra, busily at first, and there is none
}


def can_fork() -> bool:
    """Whether workers can be forked; elsewhere each starts for itself, as libraries of macOS bear no fork."""
    return sys.platform == "linux"


def start_fork_server() -> None:
    """Start it, if it does not run; it loads `jiedao.workers` while this process gets ready."""
    if not can_fork():
        return
    multiprocessing.set_forkserver_preload(["jiedao.workers"])
    new = {name: value for name, value in _ENVIRONMENT.items() if name not in os.environ}
    os.environ.update(new)
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        for name in new:
            del os.environ[name]

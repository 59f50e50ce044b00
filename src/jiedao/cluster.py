"""The parts of very many reports on a Dask cluster: one on this machine, or one that runs elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from os import cpu_count
from typing import Any

import dask
import distributed.utils
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed

from jiedao import JiedaoError
from jiedao.forks import can_fork
from jiedao.parts import Part, Settings

AHEAD = 2  # parts that wait at each worker


def read_part(part: Part, settings: Settings) -> tuple[int, int, dict[str, bytes]]:
    """As `jiedao.extract.read_part`, which only workers load."""
    from jiedao import extract

    return extract.read_part(part, settings)


def compute(
    client: Client, parts: Iterator[tuple[int, Part]], settings: Settings, far: bool
) -> Iterator[tuple[int, int, tuple[int, int, dict[str, bytes]]]]:
    """Have parts read, a few ahead of the workers, and give them as they are done."""
    running: dict[Future, tuple[int, int]] = {}
    done = as_completed()

    def submit() -> None:
        n, part = next(parts, (0, None))
        if part is not None:
            part = part.carried() if far else part
            future = client.submit(read_part, part, settings, pure=False)  # under a key of its own
            running[future] = n, part.size
            done.add(future)

    for _ in range(AHEAD * sum(client.nthreads().values())):
        submit()
    for future in done:
        n, size = running.pop(future)
        try:
            result = future.result()
        except KilledWorker:
            raise JiedaoError(
                f"part {n}: its worker was killed again and again, for want of memory perhaps; finished "
                "parts are kept, so run it again with fewer workers"
            ) from None
        except CancelledError:
            raise JiedaoError("the scheduler was lost; finished parts are kept, so run it again") from None
        except ImportError as error:
            raise JiedaoError(f"a worker has no {error.name}; install the same jiedao[scale] there") from None
        future.release()
        submit()
        yield n, size, result


@contextmanager
def cluster(workers: int | None, scheduler: str | None) -> Iterator[Client]:
    """A Dask client: of a cluster that runs, or of one on this machine that ends with the run."""
    if scheduler:
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise JiedaoError(f"{scheduler}: no Dask scheduler answers there ({error})") from None
        with client:
            if not client.nthreads():
                raise JiedaoError(f"{scheduler}: has no workers; start some and run it again")
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a killed worker is started anew
    options = {"threads_per_worker": 1, "memory_limit": 0, "silence_logs": 50}
    options |= {"dashboard_address": "127.0.0.1:0"}  # any free port; None is 8787, with a warning if taken
    # Dask looks often at a worker's stack, clock and memory; each look stops the reading, which holds Python.
    config: dict[str, Any] = {
        "distributed.worker.profile.enabled": False,
        "distributed.admin.tick.interval": "1s",
        "distributed.worker.memory.monitor-interval": "1s",
        "distributed.admin.system-monitor.interval": "5s",
    }
    if can_fork():
        config["distributed.worker.multiprocessing-method"] = "forkserver"
        # Else Dask loads all that the server is to load, pandas too, to tell it; but it runs already.
        distributed.utils._forkserver_preload_set = True
    with (
        dask.config.set(config),
        LocalCluster(n_workers=workers or cpu_count() or 1, **options) as local,
        Client(local, direct_to_workers=True) as client,  # tables need not pass the scheduler
    ):
        yield client

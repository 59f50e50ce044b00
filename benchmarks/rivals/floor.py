"""The floor: bare rjieba over the pages in two processes, and nothing kept of what it cuts."""

import json
import sys
from multiprocessing import Process
from pathlib import Path

import rjieba

PROCESSES = 2


def cut(source: str, turn: int) -> None:
    """Cut every second page, beginning with the first or the second."""
    jieba = rjieba.Jieba()
    with Path(source).open(encoding="utf-8") as file:
        for n, line in enumerate(file):
            if n % PROCESSES == turn:
                jieba.cut(json.loads(line)["text"])


def main(source: str, _target: str = "") -> None:
    """Start the processes and wait for them."""
    processes = [Process(target=cut, args=(source, turn)) for turn in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(max(abs(process.exitcode or 0) for process in processes))


if __name__ == "__main__":
    main(*sys.argv[1:])

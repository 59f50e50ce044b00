"""Loaded by the process that the workers of `jiedao scale` are forked from: what each of them needs."""

import gc
import sys
from importlib.abc import MetaPathFinder

import distributed  # noqa: F401
import pyarrow as pa

from jiedao.extract import segmenter_of
from jiedao.segment import fastest_engine


class _NoPandas(MetaPathFinder):
    """Hides pandas, which pyarrow loads at the first list it is given, to see if it is one of its own."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, _NoPandas())
pa.array([0])
del sys.meta_path[0]
segmenter_of((), fastest_engine())
gc.freeze()  # what is shared is not looked at for garbage, which would copy it

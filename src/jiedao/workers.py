"""Loaded by the process that the workers of `jiedao scale` are forked from: what each of them needs."""

import gc

import distributed  # noqa: F401

from jiedao.extract import segmenter_of
from jiedao.segment import fastest_engine

segmenter_of((), fastest_engine())
gc.freeze()  # what is shared is not looked at for garbage, which would copy it

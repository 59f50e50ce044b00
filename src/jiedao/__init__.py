"""jiedao: what Chinese sub-district (街道) governments say they did and will do.

The modules follow the study step by step:

- texts: ``clean`` and ``furniture``; ``headings``, ``outline`` and ``orientation``; ``lexicon``, ``names``
  and ``segment``; ``documents`` and ``corpus``, which hold the tables;
- statistics, each taking a table first: ``dtm``, ``frequency``, ``keyness``, ``resample``, ``themes``,
  ``similarity``, ``summary``, ``concordance``;
- what is shown: ``house`` (style and writing), ``plots``, ``pictures``, ``claims``;
- ``study`` runs the notebooks, ``inspection`` and ``cli`` are the command line.
"""

__version__ = "0.1.0"


class JiedaoError(Exception):
    """Input that cannot be used: the message names the file, what is wrong and what to do."""

"""jiedao: what Chinese sub-district (街道) governments say they did and will do.

The modules follow the study step by step:

- reports of one's own: ``ingest`` with ``webpage``, ``pdf`` and ``word``; ``collect`` keeps them;
- texts: ``clean``; ``furniture`` and ``page``; ``wrapping``, ``headings``, ``outline`` and ``orientation``;
  ``damage``; ``lexicon``, ``names`` and ``segment``; ``documents`` and ``corpus``, which hold the tables;
- policy: ``numerals``, ``quantities``, ``periods``, ``indicators``, ``arithmetic``, ``commitments``,
  ``coding``, ``credit``, ``provenance``, all called by ``reading``;
- statistics, each taking a table first: ``dtm``, ``frequency``, ``keyness``, ``resample``, ``themes``,
  ``stability``, ``similarity``, ``formula``, ``correspondence``, ``quantification``, ``comparability``,
  ``robustness``, ``summary``, ``concordance``; ``evidence`` leads from any row to its sentences;
- what is shown: ``house`` (style and writing), ``plots``, ``pictures``, ``claims``, ``display``; ``tables``,
  ``typeset`` for papers;
- ``study`` runs the notebooks, ``files`` writes safely, ``inspection`` and ``cli`` are the command line.
"""

__version__ = "0.1.0"


class JiedaoError(Exception):
    """Input that cannot be used: the message names the file, what is wrong and what to do."""

"""jiedao: what Chinese sub-district (街道) governments say they did and will do.

Modules follow the study step by step: ``clean`` → ``outline`` → ``segment`` (with ``lexicon`` and
``names``) → ``corpus`` → ``dtm`` → ``frequency``, ``resample``, ``themes``, ``similarity``,
``concordance`` → ``plots``; ``study`` runs the notebooks and ``cli`` is the command line.
"""

__version__ = "0.1.0"


class JiedaoError(Exception):
    """Input that cannot be used: the message names the file, what is wrong and what to do."""

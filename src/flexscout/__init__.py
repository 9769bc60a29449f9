"""flexscout turns a folder of commercial-property exports into one ranked, deduplicated, explained list.

The public names are loaded on first use, so that importing the package is fast. `__init__.pyi` lists them, here and in the
packages below.
"""

from flexscout._import_path import SafeImports

__version__ = "0.1.0"

with SafeImports():  # `python -m` and `python -c` put the current folder before the standard library
    import logging

    import lazy_loader

    __getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

# A library logs only if its user configures logging.
logging.getLogger("flexscout").addHandler(logging.NullHandler())

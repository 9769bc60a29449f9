"""History of an output: records of past runs, the user's notes and decisions, changes between results."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Settings: their sources, defaults and validation."""

import lazy_loader

# Lazy, so that a worker, which reads mapping files, doesn't import pydantic.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

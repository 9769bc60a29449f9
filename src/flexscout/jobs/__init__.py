"""Run the pipeline in a process of its own: follow its events, stop it at any moment; wait for new inputs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

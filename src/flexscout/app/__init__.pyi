from .server import serve_window as serve_window
from .shortcuts import write_shortcuts as write_shortcuts

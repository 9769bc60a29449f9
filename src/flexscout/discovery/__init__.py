"""Folder -> source files: which are read, which are not and why."""

from flexscout.discovery.discovery import FileDiscovery, Scan, scan, source_file

__all__ = ["FileDiscovery", "Scan", "scan", "source_file"]

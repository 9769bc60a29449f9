"""Render results on the terminal."""

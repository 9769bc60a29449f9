"""MkDocs hooks: show ARCHITECTURE.md and CHANGELOG.md, which are outside docs/, on the site."""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/flexscout/flexscout/blob/main/"
PAGES = {"ARCHITECTURE.md": "explanation/architecture.md", "CHANGELOG.md": "explanation/changelog.md"}
_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, with links that lead to the same places from there."""
    for name, page in PAGES.items():
        text = _LINK.sub(lambda link, page=page: f"]({_relocate_link(link[1], page)})", (ROOT / name).read_text(encoding="utf-8"))
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - called by keyword
    """Turn links to the files in the project's root into links to their pages."""
    for name, target in PAGES.items():
        home = posixpath.dirname(page.file.src_uri)
        markdown = markdown.replace(f"]({posixpath.relpath(f'../{name}', home)})", f"]({posixpath.relpath(target, home)})")
    return markdown


def _relocate_link(target: str, page: str) -> str:
    """Return a link of a file in the project's root as a link of a page below docs/."""
    target = PAGES.get(target, target.removeprefix("docs/") if target.startswith("docs/") else f"{REPOSITORY}{target}")
    return target if target.startswith("https:") else posixpath.relpath(target, posixpath.dirname(page))

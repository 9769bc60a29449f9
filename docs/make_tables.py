"""Writes the parts of the docs that come from the code: `python docs/make_tables.py`."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from flexscout.config.settings import PipelineConfiguration
from flexscout.config.sources import FILE_KEYS
from flexscout.domain.columns import canonical_columns
from flexscout.domain.vocabulary import CodeTable, code_tables, issue_reasons, property_type_sources, property_type_words
from flexscout.outputs.report.build import load_report_schema

DOCS = Path(__file__).parent
_INDUSTRIAL = re.compile(r"0?4\d(?:\d\d)?$")
_TABLE = re.compile(r"(<!-- made by make_tables\.py -->\n).*?(\n<!-- end -->)", re.DOTALL)


def settings_table() -> str:
    """A row per setting."""
    head = "| in the file | keyword in Python | default | meaning |\n|---|---|---|---|"
    rows = [_setting(section, key, keyword) for section, keys in FILE_KEYS.items() for key, keyword in keys.items()]
    return "\n".join([head, *rows])


def _setting(section: str, key: str, keyword: str) -> str:
    field = PipelineConfiguration.model_fields[keyword]
    default = ", ".join(field.default) if isinstance(field.default, tuple) else field.default
    shown = "empty" if default == "" else f"`{default}`"
    return f"| `{section}.{key}` | `{keyword}` | {shown} | {field.description} |"


def columns_table() -> str:
    """A row per canonical column."""
    rows = ["| column | type, unit | also called |", "|---|---|---|"]
    for column in canonical_columns():
        names = [*column.aliases, *(f"{name} (if the values agree)" for name in column.generic)]
        names += [f"{name} (as 100 - value)" for name in column.inverted]
        names += [f"{name} (codes of {table})" for table, headers in column.codes for name in headers]
        names += [f"{name} (codes of {table}, if State says so)" for table, headers in column.codes_in_state for name in headers]
        rows.append(f"| {column.name} | {column.type}{', ' + column.unit if column.unit else ''} | {', '.join(names)} |")
    return "\n".join(rows)


def property_types() -> str:
    """The words of property types with their forms, and the codes that stand in for them; the source of each."""
    words = ["| word | is written | source |", "|---|---|---|"]
    words += [row for word, forms in property_type_words().items() for row in _forms(word, forms)]
    sources = [f"- **{name}**: {citation}." for name, citation in property_type_sources().items()]
    return "\n\n".join(["\n".join(words), "Sources:", "\n".join(sources), *map(_codes, code_tables().values())])


def report_table() -> str:
    """A row per part of the report."""
    schema = load_report_schema()
    rows = [f"| `{name}` | {_about(part, schema['$defs'])} |" for name, part in schema["properties"].items()]
    return "\n".join(["| part | is |", "|---|---|", *rows])


def _about(part: dict[str, Any], shared: dict[str, Any]) -> str:
    return part.get("description") or shared[part["$ref"].rpartition("/")[2]]["description"]


def reasons_table() -> str:
    """A row per reason of an Issue."""
    return "\n".join(
        ["| reason | says |", "|---|---|", *(f"| `{reason}` | {says} |" for reason, says in issue_reasons().items())]
    )


def _forms(word: str, forms: dict[str, str]) -> list[str]:
    """A row per source of a word's forms."""
    sources = dict.fromkeys(forms.values())
    return [f"| {word} | {', '.join(form for form in forms if forms[form] == source)} | {source} |" for source in sources]


def _codes(table: CodeTable) -> str:
    rows = [f"| {code} | {text} |" for code, text in table.codes.items() if _INDUSTRIAL.match(code)]
    count = f"{len(table.codes)} codes, of which those of industry are shown. "
    return "\n".join([f"## Codes: {table.name}\n", f"{count}{table.source}\n", "| code | says |", "|---|---|", *rows])


def commands() -> str:
    """The help of the program and of each command, at a width that no terminal changes."""
    return "\n\n".join(f"{f'## flexscout {name}'.strip()}\n\n```text\n{_help(*name.split())}\n```" for name in COMMANDS)


def _help(*command: str) -> str:
    call = [sys.executable, "-m", "flexscout", *command, "--help"]
    environment = os.environ | {"COLUMNS": "100", "TERMINAL_WIDTH": "100"}
    return subprocess.run(call, capture_output=True, text=True, check=True, env=environment).stdout.strip()  # noqa: S603 - our own


PROFILE = ("profile list", "profile show", "profile copy", "profile check", "profile compare")
RUNS = ("run", "retry", "errors", "runs", "explain", "report", "diff")
COMMANDS = ("", *RUNS, "check", "inspect", "map", "config show", *PROFILE, "init", "clean", "demo")
TABLES = {
    "configuration.md": settings_table,
    "columns.md": columns_table,
    "property-types.md": property_types,
    "values.md": reasons_table,
    "cli.md": commands,
    "report.md": report_table,
}


def with_table(name: str) -> str:
    """The text of a page with its table made anew."""
    page = (DOCS / name).read_text(encoding="utf-8")
    return _TABLE.sub(lambda match: match[1] + TABLES[name]() + match[2], page)


if __name__ == "__main__":
    for page in TABLES:
        (DOCS / page).write_text(with_table(page), encoding="utf-8")

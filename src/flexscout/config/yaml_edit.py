"""Change single settings in the text of a configuration file; comments, order and all other entries stay as they are."""

import json
import re
from dataclasses import dataclass

import yaml

_PLAIN_SCALAR = re.compile(r"[A-Za-z][\w ()/.%$-]*$", re.ASCII)
_CONSTANTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


@dataclass(frozen=True)
class _Entry:
    """The entry of a mapping: key and value, and where the value ends."""

    key: yaml.Node
    value: yaml.Node

    @property
    def end(self) -> int:
        return max(self.key.end_mark.index, _find_end(self.value))


def quote_yaml(text: str) -> str:
    """Return the text as a YAML scalar."""
    is_plain = _PLAIN_SCALAR.match(text) and text.lower() not in _CONSTANTS and text == text.strip()
    return text if is_plain else json.dumps(text, ensure_ascii=not text.isprintable())


def set_entry(text: str, path: tuple[str, ...], value: str) -> str:
    """Return the text with an entry changed or added.

    Args:
        text: A YAML or JSON file.
        path: The keys that lead to the entry, such as `("input", "folder")`.
        value: The value as YAML in one line, such as JSON.

    """
    root = _compose(text)
    if not isinstance(root, yaml.MappingNode):
        return _append_block(text, 0, path, value)
    node = root
    for depth, key in enumerate(path):
        entry = _find(node, key)
        rest = path[depth + 1 :]
        if entry is None:
            return _insert(text, node, path[depth:], value)
        if not rest:
            return _replace(text, entry, value)
        if not isinstance(entry.value, yaml.MappingNode):
            return _fill_section(text, entry, rest, value)
        node = entry.value
    return text


def remove_entry(text: str, path: tuple[str, ...]) -> str:
    """Return the text without an entry; without such an entry, the text itself."""
    node = _compose(text)
    for key in path[:-1]:
        section = _find(node, key) if isinstance(node, yaml.MappingNode) else None
        node = section.value if section else None
    entry = _find(node, path[-1]) if isinstance(node, yaml.MappingNode) else None
    if entry is None or not isinstance(node, yaml.MappingNode):
        return text
    if not node.flow_style:
        line_end = text.find("\n", entry.end)
        start = text.rfind("\n", 0, entry.key.start_mark.index) + 1
        return text[:start] + (text[line_end + 1 :] if line_end >= 0 else "")
    entries = [_Entry(*pair) for pair in node.value]
    at = next(i for i, one in enumerate(entries) if one.key is entry.key)
    if at + 1 < len(entries):
        return text[: entry.key.start_mark.index] + text[entries[at + 1].key.start_mark.index :]
    start = entries[at - 1].end if at else entry.key.start_mark.index
    return text[:start] + text[entry.end :]


def _compose(text: str) -> yaml.Node | None:
    return yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)  # JSON is YAML, except for tabs


def _find(node: yaml.MappingNode, key: str) -> _Entry | None:
    return next((_Entry(*pair) for pair in node.value if str(pair[0].value) == key), None)


def _find_end(node: yaml.Node) -> int:
    """Return where a node ends. PyYAML's mark of a block is where the next one begins, after comments and blank lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _Entry(*last).end if isinstance(last, tuple) else _find_end(last)
    end: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return len(node.end_mark.buffer[:end].rstrip()) if node.end_mark.buffer else end
    return end


def _replace(text: str, entry: _Entry, value: str) -> str:
    colon = text.index(":", entry.key.end_mark.index) + 1
    return f"{text[:colon]} {value}{text[entry.end :] if entry.end > colon else text[colon:]}"


def _fill_section(text: str, entry: _Entry, path: tuple[str, ...], value: str) -> str:
    """Put an entry into a section that is empty."""
    start = entry.key.start_mark
    if text[: start.index].rstrip()[-1:] in ("{", ","):
        return _replace(text, entry, _nest(path, value))
    line_end = text.find("\n", entry.end)
    head = text if line_end < 0 else text[: line_end + 1]
    return _append_block(head, start.column + 2, path, value) + ("" if line_end < 0 else text[line_end + 1 :])


def _insert(text: str, node: yaml.MappingNode, path: tuple[str, ...], value: str) -> str:
    """Put an entry after the last one of a mapping."""
    if node.flow_style:
        nested = _nest(path, value)[1:-1]
        end = _Entry(*node.value[-1]).end if node.value else node.start_mark.index + 1
        return f"{text[:end]}{', ' if node.value else ''}{nested}{text[end:]}"
    line_end = text.find("\n", _Entry(*node.value[-1]).end)
    head, tail = (text, "") if line_end < 0 or len(path) > 1 else (text[: line_end + 1], text[line_end + 1 :])
    gap = "\n" if len(path) > 1 else ""
    return _append_block(head, node.value[0][0].start_mark.column, path, value, gap) + tail


def _append_block(text: str, indent: int, path: tuple[str, ...], value: str, gap: str = "") -> str:
    lines = [f"{' ' * (indent + 2 * depth)}{quote_yaml(key)}:" for depth, key in enumerate(path)]
    begin = text if text.endswith("\n") or not text else f"{text}\n"
    return begin + gap + "\n".join(lines) + f" {value}\n"


def _nest(path: tuple[str, ...], value: str) -> str:
    nested = value
    for key in reversed(path):
        nested = f"{{{json.dumps(key)}: {nested}}}"
    return nested

"""The texts of the window's screens are in one catalog, so that a translation is one file."""

import ast
import re
from pathlib import Path

import pytest

import flexscout
from flexscout.app.server import PAGES
from flexscout.error_codes import MAPPING_CODES, PASSWORD_CODES
from flexscout.models import RowStatus
from flexscout.outputs import MessageCode
from flexscout.runtime import Step
from flexscout.runtime.error_handler import _CAUSES

CATALOG = "texts.js"
# A word of a sentence: a column's name (`Building SqFt`) has no lowercase word after the first.
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
# What is no text: comments, modules, CSS classes and the font of a canvas.
NO_TEXT = re.compile(r"""(?m)^\s*//.*$|\s//\s.*$|^/\*\*[^/]*\*/|^import .*$|\bclass: *(?:"[^"]*"|`[^`]*`)|\bpen\.font\b.*$""")
# Values of attributes that look like words.
CODES = {"weighted mean", "noopener noreferrer", "num size", "button primary"}
# A literal where a person reads it: the text of an element or a button, a label, a placeholder or a title.
LABEL = re.compile(
    r"""\b(?:button\(|h\("\w+", \{[^{}]*\}, |(?:"aria-label"|placeholder|title): |textContent = )["`]\s*[A-Za-z][a-z]"""
)


def read_literals(code):
    """Return the literal parts of the strings and templates of a script, those inside of templates too."""
    found, stack, start, at = [], [], 0, 0
    while at < len(code):
        char, inner = code[at], stack[-1] if stack else ""
        if inner in ('"', "`"):
            ends = char == inner or (inner == "`" and code.startswith("${", at))
            if char == "\\":
                at += 1
            elif ends:
                found.append(code[start:at])
                if char == inner:
                    stack.pop()
                else:
                    stack.append("{")
                    at += 1
        elif char in ('"', "`", "{"):
            stack.append(char)
            start = at + 1
        elif char == "}" and stack:
            stack.pop()
            start = at + 1  # of the rest of the template, if it is one
        at += 1
    return found


def find_texts(code):
    """Return the texts for people of a script."""
    code = NO_TEXT.sub("", code)
    sentences = [
        text for text in read_literals(code) if SENTENCE.search(text) and text not in CODES and not re.search(r"[<\[]", text)
    ]
    return sentences + LABEL.findall(code)


def test_the_screens_take_their_texts_from_the_catalog():
    scripts = [path for path in PAGES.glob("*.js") if path.name != CATALOG]
    assert len(scripts) > 10
    assert {path.name: texts for path in scripts if (texts := find_texts(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "code",
    [
        'show("The run is done.");',
        "show(`${count} files could not be used`);",
        "show(`${isNew ? `a new run` : 1}`);",
        'button("Retry", run)',
        'h("h2", {}, "Columns")',
        'h("input", { placeholder: "Search" })',
        "box.textContent = `Saved`;",
    ],
)
def test_a_text_outside_of_the_catalog_is_found(code):
    assert find_texts(code)


@pytest.mark.parametrize(
    "code",
    [
        "// A comment says what is done.",
        'import { h } from "./dom.js";',
        'h("p", { class: "lead soft" }, texts.list.none)',
        'row.get("Building SqFt")',
        "h(`h${level}`, {}, `${rank}. `)",
    ],
)
def test_code_is_not_taken_for_text(code):
    assert not find_texts(code)


@pytest.mark.parametrize(("part", "codes"), [("stages", set(Step)), ("rejections", set(RowStatus) - {RowStatus.CANDIDATE})])
def test_codes_that_the_server_sends_have_a_text(part, codes):
    catalog = (PAGES / CATALOG).read_text(encoding="utf-8")
    texts = re.search(rf"\b{part}: {{(.*?)}}", catalog)[1]
    assert set(re.findall(r"(\w+): \"", texts)) == codes


def test_next_steps_with_a_command_have_other_words_in_the_window():
    catalog = (PAGES / CATALOG).read_text(encoding="utf-8")
    named = {code for code, (_, step) in _CAUSES.items() if re.search(r"`flexscout|--[a-z]|FLEXSCOUT_", step)}
    assert {*MAPPING_CODES, *PASSWORD_CODES} <= named
    steps = catalog[catalog.index("byCode: {") : catalog.index("problems: {")]
    codes = {*named, *MessageCode} - {MessageCode.POSSIBLE_DUPLICATES}  # a link says all
    assert [code for code in sorted(codes) if f"{code}: " not in steps] == []
    assert "flexscout " not in steps
    assert "--" not in steps


def test_errors_with_a_command_have_other_words_in_the_window():
    catalog = (PAGES / CATALOG).read_text(encoding="utf-8")
    kinds = catalog[catalog.index("byKind: {") : catalog.index("byCode: {")]
    sources = [path for path in Path(flexscout.__file__).parent.rglob("*.py") if "cli" not in path.parts]
    named = set().union(*(find_errors_with_commands(path.read_text(encoding="utf-8")) for path in sources))
    named -= {"LimitError"}  # of a file: it has a code
    assert "OutputError" in named
    assert [kind for kind in sorted(named) if f"{kind}: " not in kinds] == []


def find_errors_with_commands(code):
    """Return the names of the errors that are made with a text that names a command or its option."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return {
        call.func.id
        for call in calls
        if call.func.id.endswith("Error")
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search(r"`flexscout |(^|\s)--[a-z]", part.value)
    }


def test_the_page_itself_has_no_texts_but_for_browsers_without_scripts():
    page = (PAGES / "index.html").read_text(encoding="utf-8")
    body = re.sub(r"<noscript>.*?</noscript>", "", page[page.index("<body>") :], flags=re.DOTALL)
    words = re.findall(r">\s*([^<>\s][^<>]*)<", body)
    assert words == ["flexscout"]
    assert not re.search(r"(?:aria-label|title|placeholder)=", body)

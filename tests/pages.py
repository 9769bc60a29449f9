"""Small but complete reports and tables for tests of the page."""

import json
import re
from html.parser import HTMLParser

import polars as pl

from flexscout.outputs import ResultTables, render_page

SCORES = {"Flex Score": 7.5, "Size Points": 3.0, "Type Points": 2.5, "Completeness": 0.8}
PROPERTY = {
    "Property Name": "Northlake Flex",
    "Property Type": "Flex",
    "Address": "1836 Lindbergh St",
    "City": "Charlotte",
    "State": "NC",
    "Zip Code": "28208",
    "County": "Mecklenburg",
    "Building SqFt": 34_000.0,
    "Lot Size Acres": 2.588,
    "Year Built": 1995,
    "Occupancy": 85.0,
    "Latitude": 35.22,
    "Longitude": -80.84,
    "Property Link": "https://example.com/p/1",
}


def master(*rows):
    """Return a table of candidates; each row changes some cells of PROPERTY."""
    return pl.DataFrame([PROPERTY | SCORES | row for row in rows])


def report(**changes):
    """Return a report of one file; `changes` replace its parts."""
    parts = ("candidates", "below_score", "not_eligible", "superseded", "blank", "not_data", "duplicates_removed")
    count = dict.fromkeys(parts, 1) | {"rows_read": 6}
    complete = {
        "flexscout": "9.9",
        "statistics": {
            "total_files_processed": 1,
            "successful_files": 1,
            "failed_files": 0,
            "total_properties": 4,
            "unique_flex_properties": 2,
            "average_flex_score": 7.5,
            "score_distribution": {"8-10": 0, "6-8": 2},
            "geographic_coverage": {"states": {"NC": 2}, "counties": {"Mecklenburg, NC": 2}, "cities": {}},
            "processing_duration": 1.25,
        },
        "files": [{"file": "a.xlsx", "status": "ok", **count, "seconds": 0.5, "issues": 3, "vendor": "CoStar"}],
        "averages": {"building_sqft": 34_000.0, "lot_size_acres": None, "flex_score": 7.5},
        "deduplication": deduplication(),
        "columns": {"sheets": ["a.xlsx"], "columns": [column("Address"), column("Water Code", canonical=False)]},
        "quality": {
            "completeness": {"Address": 1.0, "Unit": 0.0},
            "issues": {"not_a_year": 3},
            "reasons": {"not_a_year": "No year."},
        },
        "not_selected": [{"reason": "Year Built is missing", "rows": 2}],
        "errors": {"causes": []},
        "performance": {
            "seconds": {"processing": 1.0, "export": 0.25},
            "properties_per_minute": 192,
            "workers": 2,
            "peak_memory_mb": 200.0,
        },
        "settings": {"input_folder": "exports", "profile": "flex-industrial", "min_flex_score": 4.0, "where": ""},
    }
    return complete | changes


def deduplication(text="a.xlsx"):
    pair = {"Match Score": 0.875, "Evidence": text, "Address": text, "City": None, "Other Address": text, "Other State": text}
    return {
        "before": 3,
        "removed": 1,
        "after": 2,
        "groups": 1,
        "different_apn": 0,
        "by_match": {"same fields": 1},
        "merges": [],
        "overlaps": [{"file": text, "other_file": text, "properties": 1}] * 100,
        "possible": {"pairs": 1, "surest": [pair] * 100},
        "filled": {"properties": 0},
    }


def column(name, *, canonical=True, header="", missing=()):
    headers = {} if missing else {"a.xlsx": header or name}
    return {"column": name, "canonical": canonical, "headers": headers, "missing": list(missing), "differs": ""}


def page_of(table, facts=None, messages=(), **tables):
    """Return the page as text; `tables` are further parts of the result."""
    facts = facts or report()
    return render_page(facts, ResultTables(table, **tables)).to_html(facts, messages)


def data_of(page):
    """Return the data for the script of a page."""
    return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', page, re.DOTALL)[1])


def column_of(data, name):
    """Return a column of the data for the script as a list."""
    column = data["columns"].get(name, [None] * data["rows"])
    return column if isinstance(column, list) else [None if at is None else column["texts"][at] for at in column["at"]]


class Tree(HTMLParser):
    """A page as a browser parses it: its elements with their attributes, and its texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))

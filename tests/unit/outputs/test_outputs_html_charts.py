"""Charts, and the counts that the page computes itself."""

from flexscout.outputs.html.elements import ChartColumn, render_bars, render_columns
from flexscout.outputs.html.sections import render_key_figures, render_overview, render_sizes
from pages import Tree, master, report


def titles(html):
    return [text for text in Tree(html).texts if ": " in text]


def test_the_longest_bar_fills_the_width():
    widths = [rect["width"] for rect in Tree(render_bars("Candidates", {"NC": 40, "GA": 10})).all("rect")]
    assert widths == ["100.0%", "25.0%"]


def test_the_highest_column_fills_the_height():
    heights = [
        float(rect["height"])
        for rect in Tree(render_columns("Years", [ChartColumn("1990", "1990", 8), ChartColumn("2000", "2000", 2)])).all("rect")
    ]
    assert heights[0] == 4 * heights[1]


def test_an_empty_chart_says_so():
    assert "Nothing to show" in render_columns("Years", [])


def test_every_value_is_in_one_column():
    table = master(
        {"Building SqFt": 0.0},
        {"Building SqFt": 9_999.0},
        {"Building SqFt": 10_000.0},
        {"Building SqFt": 5e6},
        {"Building SqFt": None},
    )
    found = titles(render_sizes(table))
    assert "below 10,000 sq ft: 2" in found
    assert "10,000 to below 20,000 sq ft: 1" in found
    assert "200,000 sq ft or more: 1" in found
    assert "No value for 1 candidate." in render_sizes(table)


def test_scores_are_counted_by_half_points_with_ten_apart():
    found = titles(render_overview(report(), master({"Flex Score": 9.99}, {"Flex Score": 10.0}, {"Flex Score": 4.5})))
    assert "9.5 to below 10: 1" in found
    assert "10: 1" in found
    assert "4.5 to below 5: 1" in found


def test_rare_reasons_are_counted_together():
    reasons = [{"reason": f"reason {rows}", "rows": rows} for rows in range(8, 0, -1)]
    text = Tree(render_overview(report(not_selected=reasons), master({}))).text
    assert "reason 8 8 reason 7 7" in text
    assert "reason 3" not in text
    assert "other reasons 6" in text


def test_unknown_averages_are_shown_as_unknown():
    assert "unknown" in render_key_figures(report())

"""The summary of a run, for a person."""

from typing import Any

from flexscout.cli.render.text import describe_property
from flexscout.cli.terminal import print_line
from flexscout.domain import format_count
from flexscout.models import RunSummary

_PLACES = 5
_REASONS = 4
_ALONE = 3  # failures of one cause that are told one by one


def show_summary(summary: RunSummary) -> None:
    """Print what was found, the best of it, and where to look; of a run that did nothing, that alone."""
    if not summary.repeated_run:
        _show_result(summary)
    for message in summary.messages:
        print_line(message, blank_before=True)
    for file in summary.report["files"]:
        if file["status"] == "skipped":
            print_line(f"Skipped {file['file']}. {file['reason']}", blank_before=True)
    if not summary.repeated_run:
        print_line(_performance(summary.report["performance"], summary.statistics.total_properties), blank_before=True)
    print_line("Where to look", blank_before=True)
    for path in summary.outputs:
        print_line(f"  {path}")


def _show_result(summary: RunSummary) -> None:
    figures, merged = summary.statistics, summary.report["deduplication"]
    rows = sum(file["rows_read"] for file in summary.report["files"])
    found, files = format_count(figures.unique_flex_properties, _noun(summary)), format_count(figures.successful_files, "file")
    print_line(f"{found} from {files}")
    removed = format_count(merged["removed"], "duplicate")
    print_line(f"  {format_count(rows, 'row')} read, {format_count(merged['before'], 'candidate')}, {removed} removed")
    for line in _issues(summary):
        print_line(line)
    if figures.unique_flex_properties:
        bands = ", ".join(f"{count:,} at {band}" for band, count in figures.score_distribution.items() if count)
        states = ", ".join(f"{state} {count:,}" for state, count in list(figures.geographic_coverage["states"].items())[:_PLACES])
        print_line(f"  average score {figures.average_flex_score:.2f}: {bands}" + (f"; {states}" if states else ""))
    if best := summary.report["top_candidates"][:_PLACES]:
        print_line("Best of them", blank_before=True)
        for candidate in best:
            print_line(f"  {_score(candidate['Flex Score'])}  {describe_property(candidate)}")
        print_line(f"Why the first is on top: {best[0]['Explanation']}", blank_before=True)


def _noun(summary: RunSummary) -> str:
    return "flex-industrial candidate" if summary.report["settings"]["profile"] == "flex-industrial" else "candidate"


def _score(score: float) -> str:
    """A tenth where that is all of it, else a hundredth: 7.98 is not 8.0."""
    return f"{score:4.1f}" if score == round(score, 1) else f"{score:.2f}"


def show_errors(summary: RunSummary) -> None:
    """Name the files that failed, on standard error: each by itself, or by their cause where that has many."""
    errors = summary.report["errors"]
    for cause in errors["causes"]:
        same = [error for error in errors["errors"] if error["code"] == cause["code"]]
        for told in same if len(same) <= _ALONE else [cause]:
            print_line(f"flexscout: failed: {told['message']} {told['next_step']}", err=True)


def _issues(summary: RunSummary) -> list[str]:
    """`12 values, rows or columns are Issues: ...`, the most frequent reasons first; nothing if there are none."""
    counts = summary.report["quality"]["issues"]
    if not counts:
        return []
    some = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in list(counts.items())[:_REASONS])
    more = f" and {format_count(len(counts) - _REASONS, 'more reason')}" if len(counts) > _REASONS else ""
    return [f"  {format_count(sum(counts.values()), 'issue')} with values, rows or columns: {some}{more}"]


def _performance(figures: dict[str, Any], properties: int) -> str:
    """`Took 2.4 s for 40,000 properties: 1,000,000 a minute, 500,000 a minute for one file; ...`."""
    seconds, per_file = sum(figures["seconds"].values()), figures["properties_per_minute_per_file"]
    speed = f"{figures['properties_per_minute']:,} a minute" + (f", {per_file:,} a minute for one file" if per_file else "")
    memory = f"{figures['peak_memory_mb']:,.0f} MB of memory at most, of {figures['memory_limit_mb']:,.0f}"
    took = f"Took {seconds:.1f} s for {format_count(properties, 'property')}"
    reused = f"{format_count(figures['files_reused'], 'file')} as before and not read again; " if figures["files_reused"] else ""
    workers = f"{format_count(figures['workers'], 'worker')}, " if figures["workers"] else ""
    return f"{took}: {speed}; {reused}{workers}{memory}"

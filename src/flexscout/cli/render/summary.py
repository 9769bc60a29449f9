"""Print the summary of a run."""

from typing import Any

from flexscout.cli.terminal import print_line
from flexscout.domain import describe_property, format_count
from flexscout.models import RunSummary

_MAX_PLACES = 5
_MAX_REASONS = 4
_MAX_SINGLE_FAILURES = 3  # beyond that, failures with the same cause are summed up


def print_summary(summary: RunSummary, *, verbose: bool = False) -> None:
    """Print the results, the top candidates and the output files; if nothing had changed, only the messages and files.

    `verbose`: with the speed, the workers and the memory.
    """
    if not summary.repeated_run:
        _print_result(summary)
    for message in summary.messages:
        print_line(message, blank_before=True)
    for file in summary.report["files"]:
        if file["status"] == "skipped":
            print_line(f"Skipped {file['file']}. {file['reason']}", blank_before=True)
    if not summary.repeated_run:
        figures = summary.report["performance"]
        reused = f"; {format_count(figures['files_reused'], 'file')} unchanged and reused" if figures["files_reused"] else ""
        print_line(f"Took {sum(figures['seconds'].values()):.1f} s{reused}", blank_before=True)
        if verbose:
            print_line(f"  {_describe_performance(figures, summary.statistics.total_properties)}")
    print_line("Output files", blank_before=True)
    for path in summary.addresses or summary.outputs:
        print_line(f"  {path}")


def print_errors(summary: RunSummary) -> None:
    """Print failed files on standard error, one line each, or one line per cause if it has many files."""
    errors = summary.report["errors"]
    for cause in errors["causes"]:
        same_cause = [error for error in errors["errors"] if error["code"] == cause["code"]]
        for failure in same_cause if len(same_cause) <= _MAX_SINGLE_FAILURES else [cause]:
            print_line(f"flexscout: failed: {failure['message']} {failure['next_step']}", err=True)


def _print_result(summary: RunSummary) -> None:
    figures, deduplication = summary.statistics, summary.report["deduplication"]
    rows = sum(file["rows_read"] for file in summary.report["files"])
    candidates = format_count(figures.unique_flex_properties, _name_candidates(summary))
    print_line(f"{candidates} from {format_count(figures.successful_files, 'file')}")
    before, removed = format_count(deduplication["before"], "candidate"), format_count(deduplication["removed"], "duplicate")
    print_line(f"  {format_count(rows, 'row')} read, {before}, {removed} removed")
    for line in _describe_issues(summary):
        print_line(line)
    if figures.unique_flex_properties:
        bands = ", ".join(f"{count:,} at {band}" for band, count in figures.score_distribution.items() if count)
        top_states = list(figures.geographic_coverage["states"].items())[:_MAX_PLACES]
        states = ", ".join(f"{state} {count:,}" for state, count in top_states)
        print_line(f"  average score {figures.average_flex_score:.2f}: {bands}" + (f"; {states}" if states else ""))
    if best := summary.report["top_candidates"][:_MAX_PLACES]:
        print_line("Top candidates", blank_before=True)
        for candidate in best:
            print_line(f"  {_format_score(candidate['Flex Score'])}  {describe_property(candidate)}")
        print_line(f"Why the first is on top: {best[0]['Explanation']}", blank_before=True)


def _name_candidates(summary: RunSummary) -> str:
    return "flex-industrial candidate" if summary.report["settings"]["profile"] == "flex-industrial" else "candidate"


def _format_score(score: float) -> str:
    """Return the score with one decimal if that is exact, else with two: 7.98 isn't 8.0."""
    return f"{score:4.1f}" if score == round(score, 1) else f"{score:.2f}"


def _describe_issues(summary: RunSummary) -> list[str]:
    """Return `12 issues with ...`, the most frequent reasons first; an empty list if there are none."""
    counts = summary.report["quality"]["issues"]
    if not counts:
        return []
    reasons = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in list(counts.items())[:_MAX_REASONS])
    more = f" and {format_count(len(counts) - _MAX_REASONS, 'more reason')}" if len(counts) > _MAX_REASONS else ""
    return [f"  {format_count(sum(counts.values()), 'issue')} with values, rows or columns: {reasons}{more}"]


def _describe_performance(figures: dict[str, Any], properties: int) -> str:
    """Return `40,000 properties: 1,000,000 per minute, 500,000 per minute and file; ...`."""
    per_file = figures["properties_per_minute_per_file"]
    speed = f"{figures['properties_per_minute']:,} per minute" + (f", {per_file:,} per minute and file" if per_file else "")
    memory = f"peak memory {figures['peak_memory_mb']:,.0f} of {figures['memory_limit_mb']:,.0f} MB"
    workers = f"{format_count(figures['workers'], 'worker')}, " if figures["workers"] else ""
    return f"{format_count(properties, 'property')}: {speed}; {workers}{memory}"

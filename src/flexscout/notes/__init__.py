"""What a person typed into the workbook, carried from one to the next by Property ID."""

from flexscout.notes.carry import passed, with_notes
from flexscout.notes.read import KEPT_SHEET, Notes, no_notes, read_notes
from flexscout.notes.remarks import remarks

__all__ = ["KEPT_SHEET", "Notes", "no_notes", "passed", "read_notes", "remarks", "with_notes"]

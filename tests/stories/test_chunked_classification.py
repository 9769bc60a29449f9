"""Many rows are classified in parts and mapped from disk, with the same result."""

from hashlib import sha256

from flexscout.config.settings import PipelineConfiguration
from flexscout.runtime import mapped_tables
from flexscout.scoring import classify as classified
from in_process import run_in_process
from workbooks import HEADER, candidate, write_workbook


def outputs(folder, name):
    config = PipelineConfiguration(
        input_folder=str(folder / "in"),
        output_file=str(folder / name / "all.xlsx"),
        report_file=str(folder / name / "report.json"),
        where='"Building SqFt" > 21000',
    )
    summary = run_in_process(config)
    written = sorted(path for path in (folder / name).iterdir() if path.suffix in {".xlsx", ".csv", ".parquet"})
    return summary.report["deduplication"]["removed"], {path.name: sha256(path.read_bytes()).hexdigest() for path in written}


def test_chunks_and_mapped_tables_do_not_change_the_output(tmp_path, monkeypatch):
    rows = [candidate(number, Building_SqFt=20_000 + 500 * (number % 40)) for number in range(1, 60)]
    for file, more in (("a", rows), ("b", rows[::-1])):
        write_workbook(tmp_path / "in" / f"{file}.xlsx", [HEADER, *more, candidate(99, Property_Type="Office")])
    whole = outputs(tmp_path, "whole")
    monkeypatch.setattr(classified, "_ROWS_AT_A_TIME", 7)
    monkeypatch.setattr(classified, "_HELD_CELLS", 300)
    monkeypatch.setattr(mapped_tables, "MAPPED_CELLS", 1)
    monkeypatch.setattr(mapped_tables, "_CELLS_AT_A_TIME", 100)
    monkeypatch.setattr(mapped_tables, "_PART_CELLS", 1)
    assert outputs(tmp_path, "parts") == whole
    assert whole[0] > 50

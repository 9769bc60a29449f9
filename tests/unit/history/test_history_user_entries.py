"""Notes and corrections that are saved one by one."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flexscout.config import PipelineConfiguration
from flexscout.history import read_property_entries, save_notes

PLACE = {"Property ID": "P-1"}


def test_no_text_is_lost_if_tabs_save_the_same_note_at_once(tmp_path):
    config = PipelineConfiguration(output_file=str(tmp_path / "all.xlsx"))
    column = config.user_columns[0]
    save = partial(save_notes, config, PLACE, known={column: ""})
    texts = [f"text {number}" for number in range(8)]
    with ThreadPoolExecutor(len(texts)) as tabs:
        list(tabs.map(save, [{column: text} for text in texts]))
    notes, _ = read_property_entries(config, "P-1")
    assert sorted(notes[column].split("\n")) == texts

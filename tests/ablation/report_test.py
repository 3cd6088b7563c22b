import numpy as np
import pytest
from PIL import Image

from spade_tf.ablation.report import write_report
from spade_tf.ablation.tables import Row, Table
from spade_tf.pictures import save_png

ROWS = (
    Row("first", {}, {"ADE20K": "38.5/79.9/33.9"}),
    Row("second", {}, {}),
    Row("third", {}, {"ADE20K": "20.3/69.2/81.8"}),
)
DONE = {"scores": {"miou": 41.237, "fid": None}, "parameters": 1_500_000, "macs": 2e9}


@pytest.fixture
def report(tmp_path):
    for number in range(2):
        for name, level in (("layout", 10), ("photograph", 20), ("image", 30)):
            picture = np.full((8, 12, 3), level, np.uint8)
            save_png(picture, tmp_path / "first" / "samples" / f"{name}_{number}.png")
    table = Table("A table", "mIoU / accuracy / FID", {}, ROWS)
    outcomes = [
        (ROWS[0], DONE, ""),
        (ROWS[1], None, "no weights"),
        (ROWS[2], DONE, "the same experiment as first"),
    ]
    return tmp_path, write_report(table, outcomes, "Data: x.", tmp_path)


def test_ours_stand_beside_the_published(report):
    lines = (report[0] / "table.md").read_text().splitlines()
    assert "| first | 1.50 | 2.00 | 41.24 | - | 38.5/79.9/33.9 |" in lines
    assert "| second | - | - | - | - | - |" in lines
    assert lines[-2:] == ["- second: no weights", "- third: the same experiment as first"]


def test_the_sheet_has_a_line_for_each_experiment_that_ran(report):
    sheet = np.asarray(Image.open(report[0] / "samples.png"))
    # Layouts, photographs, one experiment; 8 pixels each and 4 between.
    assert sheet.shape[0] == 3 * 12
    assert [sheet[line * 12 + 4, 195, 0] for line in range(3)] == [10, 20, 30]


def test_all_three_files_are_written(report):
    assert [path.name for path in report[1]] == ["table.md", "table.png", "samples.png"]
    assert report[1][1].stat().st_size > 5000

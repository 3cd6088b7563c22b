import json

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.pages.metric_files import metric_table, read_metrics

MIOU = {"metric": "miou", "value": 40.5, "higher_is_better": True, "unit": "%", "num_images": 9}
FID = {"metric": "fid", "value": 30, "higher_is_better": False}


def write(path, *lines):
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def test_lines_are_read_and_what_is_not_a_number_is_none(tmp_path):
    iou = {**MIOU, "per_class": {"sky": 80.0, "sea": None, "road": float("nan")}}
    results = read_metrics(write(tmp_path / "a.json", iou, {**FID, "value": float("inf")}))
    assert list(results) == ["miou", "fid"]
    miou = results["miou"]
    assert (miou.value, miou.unit, miou.higher_is_better) == (40.5, "%", True)
    assert miou.per_class == {"sky": 80.0, "sea": None, "road": None}
    assert results["fid"].value is None and results["fid"].unit == ""


def test_of_two_lines_of_a_metric_the_last_counts(tmp_path):
    path = write(tmp_path / "a.json", FID, {**FID, "value": 20})
    assert read_metrics(path)["fid"].value == 20.0


@pytest.mark.parametrize(
    "line",
    [
        [1, 2],
        {"metric": "fid"},
        {**FID, "value": "30"},
        {**FID, "value": True},
        {**FID, "higher_is_better": 0},
        {**FID, "metric": 7},
        {**FID, "per_class": [1]},
    ],
)
def test_another_file_is_named_with_its_line(tmp_path, line):
    path = write(tmp_path / "a.json", FID, line)
    with pytest.raises(UserError) as caught:
        read_metrics(path)
    message = str(caught.value)
    assert message.startswith(f"{path} is not what spade_tf.evaluate writes")
    assert "line 2 is" in message


@pytest.mark.parametrize("content", [b"", b"\n \n", b"# scores\n", b"\xff\xfe\x00"])
def test_no_results(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match="a.json"):
        read_metrics(path)
    with pytest.raises(UserError, match="cannot read"):
        read_metrics(tmp_path / "b.json")


def test_the_table_has_a_place_for_each_method(tmp_path):
    first = read_metrics(write(tmp_path / "a.json", {**MIOU, "per_class": {"sky": 80.0}}, FID))
    last = read_metrics(write(tmp_path / "b.json", {**MIOU, "value": 50, "per_class": {"sea": 7}}))
    miou, fid = metric_table({"A": first, "none": {}, "B": last})
    assert miou == {
        "name": "miou",
        "unit": "%",
        "higherIsBetter": True,
        "values": [40.5, None, 50.0],
        "perClass": {"sky": [80.0, None, None], "sea": [None, None, 7.0]},
    }
    assert fid["values"] == [30.0, None, None] and not fid["higherIsBetter"]


@pytest.mark.parametrize("other", [{"protocol": {"version": 2}}, {"higher_is_better": True}])
def test_numbers_of_two_protocols_are_not_compared(tmp_path, other):
    first = {**FID, "protocol": {"version": 1}}
    results = {
        name: read_metrics(write(tmp_path / name, line))
        for name, line in (("A", first), ("B", {**first, **other}))
    }
    with pytest.raises(UserError, match="fid of A and of B cannot be compared"):
        metric_table(results)

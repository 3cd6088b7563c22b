import numpy as np

from spade_tf.evaluation.pages.page import PageExample, shares, withdraw_page
from tests.evaluation.pages.example_pages import data_of, write_small_page


def test_shares_of_a_label_map():
    label_map = np.array([[0, 0, 0, 2], [2, 2, 2, 3]])
    assert shares(label_map, 5) == {2: 0.5, 0: 0.375, 3: 0.125}
    assert list(shares(label_map, 5)) == [2, 0, 3]


def test_the_title_is_text(tmp_path):
    write_small_page(tmp_path, title="<script>1</script> PAGE")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert text.count("&lt;script&gt;1&lt;/script&gt; PAGE") == 2
    assert "<script>1" not in text and "PAGE_TITLE" not in text


def test_everything_that_the_page_loads_is_there_and_relative(tmp_path):
    write_small_page(tmp_path)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    loaded = [part.split('"')[0] for part in text.replace("href=", "src=").split('src="')[1:]]
    assert len(loaded) == 11
    for path in loaded:
        assert (tmp_path / path).is_file()
    assert "http" not in text
    for example in data_of(tmp_path)["examples"]:
        for (path,) in example["pictures"]:
            assert (tmp_path / path).is_file()


def test_what_the_viewer_reads(tmp_path):
    small = PageExample("a", [("l.png", "l.png"), ("p.jpg", "t.jpg")], {3: 2 / 3, 0: 1 / 3})
    odd = PageExample("b", [("l.png", "l.png"), ("p.jpg", "p.jpg")], {3: 1.0}, 0.25, ["dark"])
    write_small_page(tmp_path, examples=[small, odd], columns=["L", "P"], marked=["b"])
    data = data_of(tmp_path)
    assert data["examples"] == [
        {
            "name": "a",
            "pictures": [["l.png"], ["p.jpg", "t.jpg"]],
            "shares": [[3, 0.6667], [0, 0.3333]],
        },
        {
            "name": "b",
            "pictures": [["l.png"], ["p.jpg"]],
            "shares": [[3, 1.0]],
            "confidence": 0.25,
            "remarks": ["dark"],
        },
    ]
    assert data["classes"][0] == {"name": "sky", "color": "#4682b4", "examples": 1}
    assert [one["examples"] for one in data["classes"]] == [1, 0, 0, 2]
    assert data["marked"] == ["b"]


def test_a_page_is_taken_away_before_its_pictures_change(tmp_path):
    withdraw_page(tmp_path)
    write_small_page(tmp_path)
    withdraw_page(tmp_path)
    assert not (tmp_path / "index.html").exists()
    assert (tmp_path / "viewer" / "data.js").exists()

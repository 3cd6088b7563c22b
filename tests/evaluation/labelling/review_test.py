import json

from spade_tf.evaluation.labelling.label_photos import label_photos
from tests.evaluation.labelling.photos import GRASS, SKY, StandIn, write_photograph


def test_the_page_shows_photographs_and_labels_and_what_is_marked(tmp_path):
    for name in ("sub/a #1", "b", "c"):
        write_photograph(tmp_path / "photos" / f"{name}.jpg")
    output = tmp_path / "data"
    label_photos(tmp_path / "photos", output, StandIn().segmenter)
    (output / "rejected.txt").write_text("b\nold\n")
    label_photos(tmp_path / "photos", output, StandIn().segmenter, min_confidence=0.6)
    text = (output / "review" / "viewer" / "data.js").read_text(encoding="utf-8")
    data = json.loads(text.partition("const DATA = ")[2].rstrip(";\n"))
    assert data["columns"] == ["Photograph", "Labels"]
    assert data["marked"] == ["b", "old"]
    assert [example["name"] for example in data["examples"]] == ["b", "c", "sub/a #1"]
    for example in data["examples"]:
        for (path,) in example["pictures"]:
            assert (output / "review" / path).is_file()
        assert example["shares"] == [[GRASS, 0.75], [SKY, 0.25]]
        assert example["confidence"] == 0.45
        assert example["remarks"] == ["uncertain: 75% of the pixels below 0.6"]
    assert data["examples"][0]["pictures"] == [["../rejected_img/b.jpg"], ["layouts/b.png"]]

import pathlib

import pytest

from serving.engine.model_config import read_file
from spade_tf.errors import UserError

TEXT = """
model_config_list {
  config {
    name: "coco" base_path: "/models/coco" model_platform: "tensorflow"
    model_version_policy { specific { versions: 3 versions: 4 } }
    version_labels { key: "stable" value: 3 }
  }
  config { name: "facades" base_path: "/models/facades" }
}
"""


def write(tmp_path, text):
    path = tmp_path / "models.config"
    path.write_text(text)
    return path


def test_reads_what_tensorflow_serving_reads(tmp_path):
    coco, facades = read_file(write(tmp_path, TEXT))
    assert (coco.name, coco.base_path) == ("coco", pathlib.Path("/models/coco"))
    assert coco.labels == {"stable": 3}
    assert coco.policy([1, 3, 4, 5]) == [3, 4]
    assert facades.policy([1, 3, 4, 5]) == [5]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("model_config_list", "models", "no field named"),
        ('"facades"', '"coco"', "multiple times"),
        ('"/models/coco"', '"models/coco"', "absolute path"),
        ('"tensorflow"', '"caffe"', 'expected "tensorflow"'),
        ('name: "facades"', "", "has no name"),
    ],
)
def test_refusals(tmp_path, old, new, message):
    path = write(tmp_path, TEXT.replace(old, new))
    with pytest.raises(UserError, match=f"--model_config_file={path}: .*{message}"):
        read_file(path)


def test_empty_and_missing_files(tmp_path):
    with pytest.raises(UserError, match="expected a model_config_list"):
        read_file(write(tmp_path, ""))
    with pytest.raises(UserError, match="does not exist"):
        read_file(tmp_path / "none")

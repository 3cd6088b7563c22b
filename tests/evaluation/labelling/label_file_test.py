import numpy as np
from PIL import Image

from spade_tf.data.files import GREY, read_png_header
from spade_tf.evaluation.labelling.label_file import measure, read_measured, write_label_file

LABELS = np.array([[0, 181, 181, 181]])
CONFIDENCE = np.float32([[0.299, 0.301, 0.5, 1.0]])


def test_statistics_come_back_with_the_label_map(tmp_path):
    measured = measure(LABELS, CONFIDENCE, "net 1", 182)
    path = tmp_path / "sub" / "a.png"
    write_label_file(path, LABELS, measured)
    assert read_measured(path) == measured
    assert (measured.segmenter, measured.width, measured.height) == ("net 1", 4, 1)
    assert measured.shares == {181: 0.75, 0: 0.25}
    np.testing.assert_allclose(measured.mean_confidence, 0.525, rtol=1e-6)  # 2.1 / 4


def test_the_file_is_a_label_map_like_any_other(tmp_path):
    write_label_file(tmp_path / "a.png", LABELS, measure(LABELS, None, "net", 182))
    header = read_png_header(str(tmp_path / "a.png"))
    assert (header.color_type, header.bit_depth) == (GREY, 8)
    with Image.open(tmp_path / "a.png") as file:
        np.testing.assert_array_equal(np.asarray(file), LABELS)


def test_uncertain_pixels_for_any_threshold():
    measured = measure(LABELS, CONFIDENCE, "net", 182)
    thresholds = (0.0, 0.29, 0.3, 0.31, 0.5, 0.51, 1.0)
    assert [measured.uncertain_share(t) for t in thresholds] == [0, 0, 0.25, 0.5, 0.5, 0.75, 0.75]


def test_a_network_that_does_not_say_how_sure_it_is(tmp_path):
    measured = measure(LABELS, None, "net", 182)
    write_label_file(tmp_path / "a.png", LABELS, measured)
    assert read_measured(tmp_path / "a.png") == measured
    assert measured.mean_confidence is None and measured.uncertain_share(0.5) is None


def test_files_of_others_have_no_statistics(tmp_path):
    Image.fromarray(LABELS.astype(np.uint8)).save(tmp_path / "plain.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    for name in ("plain.png", "broken.png", "missing.png"):
        assert read_measured(tmp_path / name) is None

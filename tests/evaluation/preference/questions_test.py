import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.questions import find_questions
from tests.evaluation.preference.small_study import questions_of, write_files


def test_files_are_paired_by_name(tmp_path):
    write_files(tmp_path, 2)
    (tmp_path / "red" / "scene_1.png").rename(tmp_path / "red" / "scene_1.jpg")
    (tmp_path / "red" / "sheet.png").touch()  # of no label map
    first, second = questions_of(tmp_path)
    assert (first.name, second.name) == ("scene_0", "scene_1")
    assert second.layout == tmp_path / "labels" / "scene_1.png"
    assert second.image_a == tmp_path / "red" / "scene_1.jpg"
    assert second.image_b == tmp_path / "blue" / "scene_1.png"


def test_some_are_drawn_by_the_seed(tmp_path):
    write_files(tmp_path, 12)
    drawn = [question.name for question in questions_of(tmp_path, count=5, seed=1)]
    assert len(set(drawn)) == 5
    assert drawn == [question.name for question in questions_of(tmp_path, count=5, seed=1)]
    assert drawn != [question.name for question in questions_of(tmp_path, count=5, seed=2)]
    with pytest.raises(UserError, match="--questions=13, but .*labels holds 12 label maps"):
        questions_of(tmp_path, count=13)


def test_missing_images_are_named(tmp_path):
    write_files(tmp_path, 9)
    (tmp_path / "red" / "scene_3.png").unlink()
    for i in range(7):
        (tmp_path / "blue" / f"scene_{i}.png").unlink()
    with pytest.raises(UserError) as caught:
        questions_of(tmp_path)
    assert f"{tmp_path}/red has no scene_3.png;" in str(caught.value)
    assert f"{tmp_path}/blue has no scene_0.png, scene_1.png" in str(caught.value)
    assert "scene_4.png and 2 more" in str(caught.value)


def test_missing_folders_are_named(tmp_path):
    write_files(tmp_path, 1)
    with pytest.raises(UserError, match="--method_b: .*green is no folder"):
        find_questions(tmp_path / "labels", tmp_path / "red", tmp_path / "green")


def test_a_fingerprint_is_of_all_three_files(tmp_path):
    write_files(tmp_path, 2)
    first, second = questions_of(tmp_path)
    seen = {first.fingerprint()}
    for name in ("layout", "image_a", "image_b"):
        before = getattr(first, name).read_bytes()
        getattr(first, name).write_bytes(getattr(second, name).read_bytes())
        seen.add(first.fingerprint())
        getattr(first, name).write_bytes(before)
    assert len(seen) == 4

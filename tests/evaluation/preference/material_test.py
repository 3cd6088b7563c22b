"""What a study shows, attention checks among it."""

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.attention import make_checks
from spade_tf.evaluation.preference.material import prepare
from tests.evaluation.preference.small_study import questions_of, write, write_files


def test_questions_and_their_layouts(tmp_path):
    write_files(tmp_path, 3)
    seen = []

    def progress(questions):
        for question in questions:
            seen.append(question.name)
            yield question

    material = prepare(questions_of(tmp_path), progress=progress)
    assert seen == ["scene_0", "scene_1", "scene_2"] == list(material.layouts)
    assert [question.kind for question in material.questions] == ["comparison"] * 3


def test_images_of_two_sizes_are_refused(tmp_path):
    write_files(tmp_path, 2)
    write(tmp_path / "blue" / "scene_1.png", np.zeros((4, 6, 3)))
    with pytest.raises(UserError, match=r"red/scene_1.png is 24x16, .*blue/scene_1.png 6x4 pixels"):
        prepare(questions_of(tmp_path))


def test_checks_show_an_image_of_a_plainly_different_layout(tmp_path):
    write_files(tmp_path, 4)
    mixed = np.zeros((16, 24))
    mixed[:9] = 1  # differs from scene 0 in 9/16 of its pixels, from scene 1 in 7/16
    write(tmp_path / "labels" / "scene_2.png", mixed)
    write(tmp_path / "labels" / "scene_3.png", mixed)
    material = prepare(questions_of(tmp_path), checks=4, seed=5)
    checks = {check.name: check for check in material.questions if check.kind == "check"}
    assert len(checks) == 4
    for check in checks.values():
        assert check.image_a.stem == check.name  # the right one
        assert check.image_a.parent == check.image_b.parent  # both of one method
    others = {name: check.image_b.stem for name, check in checks.items()}
    assert others == {
        "scene_0": "scene_1",
        "scene_1": "scene_0",
        "scene_2": "scene_0",
        "scene_3": "scene_0",
    }
    methods = [check.image_a.parent.name for check in checks.values()]
    assert methods == ["red", "blue", "red", "blue"]


def test_alike_layouts_give_no_checks(tmp_path):
    write_files(tmp_path, 3)
    questions = questions_of(tmp_path)
    alike = {question.name: np.zeros((4, 4, 3)) for question in questions}
    assert make_checks(questions, alike, 0) == []
    with pytest.raises(UserError, match="--attention_checks=1, but only 0 layouts differ"):
        make_checks(questions, alike, 1)

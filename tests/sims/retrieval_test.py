import types

import numpy as np
import pytest

from spade_tf.sims.retrieval import exact, retrieve
from spade_tf.sims.segments import Segment
from spade_tf.sims.signature import signature

SIZE = 64


def ellipse(random):
    """A segment somewhere in the picture, of any size and shape."""
    row, column = random.uniform(0, SIZE, 2)
    height, width = random.uniform(5, SIZE / 2, 2)
    y, x = np.mgrid[:SIZE, :SIZE]
    mask = ((y - row) / height) ** 2 + ((x - column) / width) ** 2 < 1
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Segment(0, box[0].start, box[1].start, mask[box], mask[box])


def bank_of(segments, images):
    """What retrieval reads of a bank, of segments of one label."""
    boxes = [(s.box[0].start, s.box[1].start, s.box[0].stop, s.box[1].stop) for s in segments]
    return types.SimpleNamespace(
        height=SIZE,
        width=SIZE,
        images=np.array(images),
        boxes=np.array(boxes),
        signatures=np.stack([signature(s.on(SIZE, SIZE)) for s in segments]),
        of_label=lambda label: slice(0, len(segments)) if label == 0 else slice(0, 0),
        segment=segments.__getitem__,
    )


@pytest.fixture(scope="module")
def bank():
    random = np.random.default_rng(0)
    return bank_of([ellipse(random) for _ in range(600)], np.arange(600) // 3)


def test_finds_what_comparing_with_all_finds(bank):
    random = np.random.default_rng(1)
    found = found_in_ten = best = 0
    for _ in range(20):
        query = ellipse(random)
        everything = exact(bank, query, np.arange(600))[:10]
        near = retrieve(bank, query)
        found += len(set(near) & set(everything))
        found_in_ten += len(set(retrieve(bank, query, shortlist=10)) & set(everything))
        best += near[0] == everything[0]
    assert best == 20
    assert found >= 0.99 * 200  # 64 of 600 are compared exactly
    assert 0.5 * 200 < found_in_ten < found  # signatures alone are not the exact order


def test_matches_are_sorted_by_overlap(bank):
    query = bank.segment(30)
    matches = retrieve(bank, query)
    assert (matches[0].number, matches[0].iou, len(matches)) == (30, 1.0, 10)
    assert [m.iou for m in matches] == sorted((m.iou for m in matches), reverse=True)


def test_leaves_out_an_image(bank):
    others = retrieve(bank, bank.segment(30), without_image=10)
    assert 30 not in [m.number for m in others]
    assert not {30, 31, 32} & {m.number for m in others}


def test_searches_only_some_images(bank):
    numbers = {m.number for m in retrieve(bank, bank.segment(30), images=np.array([10, 11, 12]))}
    assert 30 in numbers and numbers <= set(range(30, 39))


def test_nothing_overlaps():
    def square(top):
        return Segment(0, top, 0, np.ones((8, 8), bool), np.ones((8, 8), bool))

    bank = bank_of([square(0)], [0])
    assert retrieve(bank, square(8)) == []
    assert retrieve(bank, Segment(5, 0, 0, square(0).mask, square(0).mask)) == []
    assert retrieve(bank, square(4))[0].iou == 32 / 96

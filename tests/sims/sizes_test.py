import pytest

from spade_tf.sims.sizes import border_shares, kernel_size, min_bank_area, min_query_area


def test_areas_are_those_of_the_paper_at_its_size():
    assert min_query_area(256, 512) == 1000
    assert min_bank_area(256, 512) == 250
    assert min_query_area(96, 128) == 94  # 12288 / 131.072 = 93.75
    assert min_bank_area(4, 4) == 1


@pytest.mark.parametrize(
    ("share", "height", "side"), [(0.035, 96, 3), (0.035, 256, 9), (0.06, 96, 5), (0.01, 32, 1)]
)
def test_kernels_are_odd(share, height, side):
    assert kernel_size(share, height) == side


def test_some_labels_have_wider_borders():
    assert border_shares(["Sky", "Road", "Tree"]) == [0.035, 0.06, 0.04]

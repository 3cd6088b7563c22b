"""Trees, woods, clouds, boulders and buildings, each alone on an empty plain."""

import numpy as np
import pytest

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.buildings import ROOF, WALL, WINDOW, Building
from spade_tf.data.scenes.canvas import FLAT, Canvas
from spade_tf.data.scenes.clouds import draw_cloud
from spade_tf.data.scenes.noise import ValueNoise
from spade_tf.data.scenes.rocks import Boulder, draw_facets
from spade_tf.data.scenes.shading import Light
from spade_tf.data.scenes.trees import LEAVES, NEEDLES, TRUNK, Tree, Wood, draw_balls

FROM_LEFT = Light.from_sun(-1.0, 0.5)


@pytest.fixture
def rng():
    return np.random.Generator(np.random.PCG64(2))


@pytest.fixture
def plain():
    """Flat ground everywhere."""
    canvas = Canvas(100, 100)
    canvas.label[:], canvas.base[:] = labels.GRASS, FLAT
    return canvas


def extent(mask):
    """First and last row, first and last column of a mask."""
    rows, columns = np.nonzero(mask)
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize("broad", [True, False])
def test_a_tree_stands_on_its_foot_and_is_lit_from_the_side_of_the_sun(plain, rng, broad):
    balls = draw_balls(rng, slender=False) if broad else np.zeros((0, 3))
    Tree(0.5, 0.9, 0.8, 0.1, 0.3, balls, ValueNoise(rng, octaves=3)).paint(plain, FROM_LEFT)
    tree = plain.label == labels.TREE
    top, bottom, left, right = extent(tree)
    assert bottom == 89 and 7 <= top <= 20 and left >= 10 and right <= 90
    assert set(np.unique(plain.part[tree])) == {LEAVES if broad else NEEDLES, TRUNK}
    assert (plain.base[tree] == np.float32(0.9)).all()
    crown = tree & (plain.part != TRUNK)
    sunny, shady = plain.light[:, :50][crown[:, :50]], plain.light[:, 50:][crown[:, 50:]]
    assert sunny.mean() > 1.3 * shady.mean()


def test_a_tree_throws_its_shadow_away_from_the_sun_on_flat_ground_only(plain, rng):
    plain.base[:, :30] = 0.5  # something stands on the left
    tree = Tree(0.5, 0.8, 0.4, 0.1, 0.3, draw_balls(rng, False), ValueNoise(rng, octaves=3))
    tree.paint(plain, FROM_LEFT)
    shadow = (plain.light < 0.99) & (plain.label == labels.GRASS)
    assert shadow.any() and not shadow[:, :30].any()
    assert np.nonzero(shadow)[1].mean() > 50


def test_each_tree_of_a_wood_is_an_instance(plain, rng):
    crowns = np.array([[0.2, 0.5, 0.2, 0.1], [0.5, 0.5, 0.2, 0.5], [0.8, 0.5, 0.2, 0.9]])
    wood = Wood(crowns, False, 0.4, ValueNoise(rng, octaves=3))
    wood.paint(plain, FROM_LEFT)
    ids = np.unique(plain.instance[plain.label == labels.TREE])
    assert len(ids) == 3 and wood.y == 0.5


def test_a_cloud_is_one_instance_with_a_bright_top_and_a_dark_flat_base(rng):
    canvas = Canvas(100, 100)
    draw_cloud(rng, 0.5, 0.5, 0.6, False, ValueNoise(rng, octaves=3)).paint(canvas, FROM_LEFT, 0.7)
    cloud = canvas.label == labels.CLOUD
    top, bottom, left, right = extent(cloud)
    # The ragged underside hangs at most a quarter of the height (0.4 * 0.6) below the base.
    assert bottom <= 50 + 100 * 0.25 * 0.4 * 0.6 and top < 40 and right - left > bottom - top
    assert canvas.light[top : top + 6][cloud[top : top + 6]].mean() > 0.7
    assert canvas.light[bottom - 3 : bottom][cloud[bottom - 3 : bottom]].mean() < 0.5
    assert len(np.unique(canvas.instance[cloud])) == 1


def test_a_boulder_has_facets_of_different_brightness(plain, rng):
    grain = ValueNoise(rng, octaves=3)
    Boulder(0.5, 0.7, 0.4, 0.1, draw_facets(rng), grain).paint(plain, FROM_LEFT)
    rock = plain.label == labels.ROCK
    _, bottom, left, right = extent(rock)
    assert bottom == 69 and left >= 25 and right <= 75
    assert plain.light[rock].std() > 0.1


def test_a_house_has_walls_windows_in_a_grid_and_a_roof_on_top(plain):
    # Gable 0.2 wide on the left, long face 0.4 wide, walls 0.3 high, roof 0.2 high.
    house = Building(0.2, 0.8, 0.4, 0.2, 0.3, 0.2, 2, False, 0.5, 0.1)
    house.paint(plain, FROM_LEFT)
    mask = plain.label == labels.BUILDING
    top, bottom, left, right = extent(mask)
    assert (top, bottom, left) == (30, 79, 20)
    assert right == 80  # the eaves stick out by 2 % of the long face: one pixel
    assert (plain.part[mask & (np.arange(100)[:, None] >= 50)] != ROOF).all()
    assert (plain.part[40, 45:70] == ROOF).all()
    assert plain.part[52, 60] == WALL  # between the upper windows and the eaves
    # Two storeys: a vertical line through a window meets glass twice.
    column = plain.part[50:80, 47] == WINDOW
    assert np.diff(column.astype(int)).clip(0).sum() == 2
    # Lit from the left: the gable end looks that way.
    assert plain.light[70, 21] > plain.light[70, 79]


def test_flipping_a_house_mirrors_its_outline(plain):
    mirrored = Canvas(100, 100)
    for canvas, flip in ((plain, False), (mirrored, True)):
        Building(0.2, 0.8, 0.4, 0.2, 0.3, 0.2, 2, flip, 0.5, 0.1).paint(canvas, FROM_LEFT)
    outline = plain.label == labels.BUILDING
    assert outline[:, 20:80].any()
    np.testing.assert_array_equal(
        outline[:, 20:80], (mirrored.label == labels.BUILDING)[:, 20:80][:, ::-1]
    )

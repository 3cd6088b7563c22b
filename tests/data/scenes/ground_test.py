"""Regions of the plain at points that can be checked by hand."""

from dataclasses import replace

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.ground import Ground, Lake, Sea, Track
from spade_tf.data.scenes.noise import ValueNoise

CALM = np.zeros_like  # instead of an Outline: a shore without a wobble
PATCHES = ValueNoise(np.random.Generator(np.random.PCG64(1)), octaves=3)
MEADOW = Ground(0.5, labels.GRASS, None, None, 0.0, PATCHES)


def test_depth_runs_from_the_horizon_to_the_lower_edge():
    np.testing.assert_allclose(MEADOW.depth(np.array([0.25, 0.5, 0.75, 1.0])), [-0.5, 0, 0.5, 1])


def test_a_sea_lies_beyond_a_beach():
    coast = replace(MEADOW, water=Sea(0.4, 0.0, 0.5, 0.2, CALM))
    found = coast.labels_at(np.full(3, 0.5), np.array([0.3, 0.5, 0.7]))
    assert found.tolist() == [labels.WATER, labels.SAND, labels.GRASS]


def test_a_shore_slants():
    sea = Sea(0.4, 0.5, 0.5, 0.2, CALM)
    np.testing.assert_allclose(sea.field(np.array([0.3, 0.7]), np.array([0.4])), [-0.1, 0.1])


def test_a_lake_is_an_oval():
    lake = Lake(0.5, 0.4, 0.4, 0.2, 0.0, CALM)
    field = lake.field(np.array([0.5, 0.9, 0.5, 0.95]), np.array([0.4, 0.4, 0.6, 0.4]))
    np.testing.assert_allclose(field, [0.2, 0, 0, -0.025], atol=1e-12)


def test_a_straight_track_widens_towards_the_viewer_and_the_road_yields_to_water():
    straight = Track(0.5, 0.5, 0.0, 0.0, 0.1)
    field = straight.field(np.array([0.5, 0.596, 0.55]), np.array([0.1, 0.92, 0.96]))
    np.testing.assert_allclose(field, [1, 0, 0.5], atol=1e-12)
    ground = replace(MEADOW, road=straight, water=Sea(0.4, 0.0, 0.5, 0.2, CALM))
    found = ground.labels_at(np.full(2, 0.5), np.array([0.3, 0.9]))
    assert found.tolist() == [labels.WATER, labels.ROAD]


def test_flowers_take_a_larger_share_of_the_meadow_when_asked_to():
    x, t = np.linspace(0, 1, 60)[None, :], np.linspace(0.0, 1, 60)[:, None]
    shares = [
        (replace(MEADOW, flowers=share).labels_at(x, t) == labels.FLOWERS).mean()
        for share in (0.0, 0.4, 0.8)
    ]
    assert shares[0] == 0 and shares[0] < shares[1] < shares[2] < 1
    bare = replace(MEADOW, flowers=0.8).labels_at(x, t, flowers=False)
    assert (bare == labels.GRASS).all()

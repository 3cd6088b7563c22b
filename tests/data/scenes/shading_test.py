"""Light on flat and embossed surfaces, air, sky, development."""

from dataclasses import replace

import numpy as np
import pytest

from spade_tf.data.scenes.shading import Light, aerial, develop, illuminate, sky, soften_edges
from spade_tf.data.scenes.styles import TIMES

TIME = replace(TIMES["noon"], sun=(1.0, 0.5, 0.0), ambient=(0.25, 0.25, 0.25))


def test_light_points_to_the_sun():
    light = Light.from_sun(-1.0, 0.6)
    assert light.y == 0.6 and light.x == pytest.approx(-0.85 * 0.8) and light.z > 0
    assert light.x**2 + light.y**2 + light.z**2 == pytest.approx(1)


def test_level_ground_receives_the_sine_of_the_suns_height():
    assert Light.from_sun(1.0, 0.6).lambert(0.0, 2.0, 0.0) == pytest.approx(0.6)


def test_a_surface_that_faces_away_receives_nothing():
    assert Light(0.6, 0.8, 0.0).lambert(-1.0, 0.0, 0.0) == 0


def test_a_flat_height_field_is_lit_as_one_that_faces_the_viewer():
    lit = Light(0.6, 0.0, 0.8).relief(np.full((4, 5), 0.3, np.float32), 1.0)
    np.testing.assert_allclose(lit, 0.8, rtol=1e-6)


def test_a_slope_towards_the_light_is_lit_alike_at_every_resolution():
    light = Light(0.6, 0.0, 0.8)
    for height in (8, 16):
        # Falls by 1 per picture height towards the right: the normal is (1, 0, 1).
        ramp = np.tile(-np.arange(height, dtype=np.float32) / height, (height, 1))
        inside = light.relief(ramp, 1.0)[:, 1:-1]
        np.testing.assert_allclose(inside, (0.6 + 0.8) / np.sqrt(2), rtol=1e-5)


def test_a_surface_shows_its_albedo_in_sun_and_sky():
    colour = illuminate(np.array([[1.0, 1.0, 0.5]]), np.array([0.5]), TIME)
    np.testing.assert_allclose(colour, [[0.75, 0.5, 0.125]])


def test_air_adds_nothing_at_the_viewer_and_haze_far_away():
    time = replace(TIME, haze=(0.2, 0.4, 0.6), haze_density=np.log(2))
    colour = aerial(np.ones((3, 3), np.float32), np.array([0.0, 1.0, 100.0], np.float32), time)
    np.testing.assert_allclose(colour, [[1, 1, 1], [0.6, 0.7, 0.8], [0.2, 0.4, 0.6]], rtol=1e-6)


def test_the_sky_runs_from_zenith_to_horizon():
    rows = np.array([0.0, 0.5], np.float32)
    found = sky(rows, np.zeros(2, np.float32), 0.5, 0.0, replace(TIME, glow=0.0))
    np.testing.assert_allclose(found, [TIME.zenith, TIME.horizon], rtol=1e-6)


def test_the_glow_is_brightest_at_the_sun():
    x = np.array([0.1, 0.5, 0.9], np.float32)
    red = sky(np.full(3, 0.4, np.float32), x, 0.5, 0.5, replace(TIME, glow=1.0))[:, 0]
    assert red[1] > red[0] + 0.05 and red[0] == pytest.approx(red[2], rel=1e-5)


def test_development_keeps_black_middle_and_white_and_clips():
    found = develop(np.array([[-1.0, 0.0, 0.5, 1.0, 7.0]], np.float32))
    assert found.dtype == np.uint8 and found.tolist() == [[0, 0, 128, 255, 255]]


def test_only_borders_between_instances_are_softened():
    image = np.zeros((1, 4, 3), np.float32)
    image[:, 2:] = 1
    soften_edges(image, np.array([[1, 1, 2, 2]]))
    # Above and below lie outside and count as the pixel itself: 0.6 + 3 * 0.1 = 0.9.
    np.testing.assert_allclose(image[0, :, 0], [0, 0.1, 0.9, 1], atol=1e-6)

"""Value noise: lattice points, interpolation between them, range and mean."""

import numpy as np

from spade_tf.data.scenes.noise import Outline, ValueNoise


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(5))


def test_one_octave_passes_through_its_lattice_and_halfway_is_the_mean_of_the_neighbours():
    lattice = generator().random((1, 64, 64), dtype=np.float32)[0]
    noise = ValueNoise(generator())
    found = noise.grid(np.array([3.0, 3.5]), np.array([7.0, 7.5]))
    corner, right, below = lattice[3, 7], lattice[3, 8], lattice[4, 7]
    np.testing.assert_allclose(found[0], [corner, (corner + right) / 2], rtol=1e-6)
    np.testing.assert_allclose(found[1, 0], (corner + below) / 2, rtol=1e-6)


def test_between_lattice_points_the_blend_is_a_smoothstep():
    lattice = generator().random((1, 64, 64), dtype=np.float32)[0]
    found = ValueNoise(generator()).at(np.float32(0), np.float32(0.25))
    # 3 * 0.25^2 - 2 * 0.25^3 = 0.15625
    expected = lattice[0, 0] + 0.15625 * (lattice[0, 1] - lattice[0, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_grid_holds_the_same_values_as_its_points():
    noise = ValueNoise(generator(), octaves=4, ridged=True)
    y, x = np.linspace(-3, 5, 17), np.linspace(-1, 90, 23)
    np.testing.assert_allclose(noise.grid(y, x), noise.at(y[:, None], x[None, :]), atol=1e-6)


def test_fractal_noise_stays_in_its_range_around_one_half():
    values = ValueNoise(generator(), octaves=3).grid(
        np.linspace(0, 64, 400), np.linspace(0, 64, 400)
    )
    assert values.min() >= 0 and values.max() <= 1
    assert values.min() < 0.15 and values.max() > 0.85  # it uses the range
    assert abs(values.mean() - 0.5) < 0.02


def test_octaves_are_weighted_by_roughness():
    lattices = generator().random((2, 64, 64), dtype=np.float32)
    found = ValueNoise(generator(), octaves=2, roughness=0.25).at(np.float32(1), np.float32(2))
    expected = (lattices[0, 1, 2] + 0.25 * lattices[1, 2, 4]) / 1.25
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_an_outline_passes_through_its_lattice_and_is_folded_when_ridged():
    lattice = generator().random((1, 64))[0] * 2 - 1
    x = np.array([0.0, 0.5, 1.0])  # with 2 cells per unit: lattice points 0, 1, 2
    np.testing.assert_allclose(Outline(generator(), 2.0, octaves=1)(x), lattice[:3])
    ridged = Outline(generator(), 2.0, octaves=1, ridged=True)(x)
    np.testing.assert_allclose(ridged, 1 - 2 * np.abs(lattice[:3]))

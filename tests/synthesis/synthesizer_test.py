import numpy as np
import pytest
import tensorflow as tf

from spade_tf.data.position_map import position_map
from spade_tf.errors import UserError
from spade_tf.models import build_encoder, build_generator
from spade_tf.pictures import to_uint8
from spade_tf.synthesis import Request, Synthesizer
from tests.data.small_sets import make_maps, write_png
from tests.tiny_config import tiny_config
from tests.tiny_crn import CRN

BLOCKS = np.kron([[0, 1], [2, 3]], np.ones((2, 2))).astype(np.uint8)
"""Four labels, 2x2 pixels each."""


def no_paint(inputs, training):
    raise AssertionError("not asked to paint")


def synthesizer(values=None, encoder=None, generator=no_paint):
    return Synthesizer(tiny_config(values), generator, encoder)


def read(values, *files):
    return synthesizer(values).read(Request("a", *files))


class TestStyles:
    def test_the_same_for_a_seed_and_another_for_another(self):
        model = synthesizer({"model.latent_dim": 3})
        two, three, other = model.styles(7, 2), model.styles(7, 3), model.styles(8, 2)
        assert two.shape == (2, 3)
        np.testing.assert_array_equal(two, three[:2])  # more samples leave the first as they are
        assert len({tuple(z) for z in [*three, *other]}) == 5

    def test_are_standard_normal(self):
        noise = synthesizer({"model.latent_dim": 1000}).styles(0, 2)
        np.testing.assert_allclose(noise.mean(axis=1), 0, atol=0.1)
        np.testing.assert_allclose(noise.std(axis=1), 1, atol=0.1)

    def test_of_a_photograph_begin_with_its_mean(self, tmp_path):
        values = {"model.latent_dim": 3}
        encoder = build_encoder(tiny_config(values))
        photograph = make_maps(1, 20, 30)["image"]
        path = write_png(tmp_path / "style.png", photograph)
        mean, log_variance = encoder(photograph[np.newaxis] / np.float32(127.5) - 1)
        mean, deviation = np.asarray(mean)[0], np.exp(0.5 * np.asarray(log_variance)[0])
        model = synthesizer(values, encoder)
        noise = model.styles(5, 2)
        styles = model.styles(5, 2, path)
        np.testing.assert_allclose(styles[0], mean, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(styles[1], mean + deviation * noise[1], rtol=1e-5, atol=1e-6)

    def test_of_a_crn_are_its_images_one_after_the_other(self):
        model = synthesizer(CRN)
        styles, shifted = model.styles(7, 3), model.styles(8, 1)
        first = int(np.argmax(styles[0]))
        assert [int(np.argmax(z)) for z in styles] == [(first + k) % 3 for k in range(3)]
        seeds = {int(np.argmax(model.styles(seed, 1)[0])) for seed in range(20)}
        assert seeds == {0, 1, 2} and shifted.shape == (1, 3)
        with pytest.raises(UserError, match="--samples=4, but this crn makes 3 images of each"):
            model.styles(0, 4)
        assert synthesizer({**CRN, "model.diversity": 1}).styles(0, 1) is None

    def test_of_a_model_without(self):
        model = synthesizer()
        assert model.styles(0, 1) is None
        with pytest.raises(UserError, match=r"--samples=2, but .*model.latent_dim=0"):
            model.styles(0, 2)

    @pytest.mark.parametrize("values", [{}, {"model.latent_dim": 3, "model.style_encoder": False}])
    def test_of_a_photograph_need_an_encoder(self, values):
        with pytest.raises(UserError, match="--style needs a model with a style encoder"):
            synthesizer(values).styles(0, 1, "photograph.jpg")

    def test_of_a_missing_photograph(self, tmp_path):
        values = {"model.latent_dim": 3}
        model = synthesizer(values, build_encoder(tiny_config(values)))
        path = str(tmp_path / "missing.jpg")
        with pytest.raises(UserError) as error:
            model.styles(0, 1, path)
        assert str(error.value) == f"cannot read {path} (No such file or directory)"


class TestRead:
    def test_a_larger_map_is_fitted(self, tmp_path):
        # 128x128 pixels in blocks of 64: every second pixel of rows and columns is kept.
        label = write_png(tmp_path / "a.png", BLOCKS.repeat(32, axis=0).repeat(32, axis=1))
        inputs = read(None, label)
        assert list(inputs) == ["label_map"]
        expected = BLOCKS.repeat(8, axis=0).repeat(8, axis=1)
        np.testing.assert_array_equal(inputs["label_map"], expected)
        assert inputs["label_map"].dtype == np.int32

    def test_a_map_that_cannot_be_fitted_is_named(self, tmp_path):
        label = write_png(tmp_path / "a.png", BLOCKS)
        with pytest.raises(UserError) as error:
            read({"data.preprocess": "crop"}, label)
        assert f"{label} (4x4 pixels)" in str(error.value)

    def test_instances(self, tmp_path):
        maps = make_maps(1, 32, 32)
        label = write_png(tmp_path / "label.png", maps["label_map"])
        instance = write_png(tmp_path / "instance.png", maps["instance_map"])
        with_instances = {"data.has_instances": True}
        np.testing.assert_array_equal(
            read(with_instances, label, instance)["instance_map"], maps["instance_map"]
        )
        # Without, the borders of the labels stand for them.
        np.testing.assert_array_equal(
            read(with_instances, label)["instance_map"], maps["label_map"]
        )
        assert "instance_map" not in read(None, label, instance)

    def test_instances_of_another_size_are_refused(self, tmp_path):
        label = write_png(tmp_path / "label.png", np.zeros((32, 48), np.uint8))
        instance = write_png(tmp_path / "instance.png", np.zeros((32, 40), np.uint8))
        with pytest.raises(UserError) as error:
            read({"data.has_instances": True}, label, instance)
        assert f"{instance} is 40x32 pixels, its label map {label} 48x32" in str(error.value)

    def test_positions(self, tmp_path):
        label_map = BLOCKS.repeat(8, axis=0).repeat(8, axis=1)
        label = write_png(tmp_path / "a.png", label_map)
        inputs = read({"model.norm": "clade_icpe", "data.has_dont_care": True}, label)
        np.testing.assert_array_equal(inputs["position_map"], position_map(label_map, 4))
        assert np.abs(inputs["position_map"]).max() > 0.9

    def test_colours_of_a_palette_file(self, tmp_path):
        (tmp_path / "palette.txt").write_text("255 0 0 wall\n0 0 255 door\n")
        colours = np.zeros((32, 32, 3), np.uint8)
        colours[:, :20] = 255, 0, 0
        colours[:, 20:] = 0, 0, 255
        values = {"data.palette": str(tmp_path / "palette.txt"), "data.num_labels": 2}
        label_map = read(values, write_png(tmp_path / "a.png", colours))["label_map"]
        np.testing.assert_array_equal(label_map, np.tile([0] * 20 + [1] * 12, (32, 1)))


def test_paint_gives_bytes_of_the_generators_images():
    def generator(inputs, training):
        assert training is False
        red = tf.cast(inputs["label_map"], tf.float32) / 2 - 1  # labels 0..4 as -1..1
        green = tf.zeros_like(red) + inputs["z"][:, 0, tf.newaxis, tf.newaxis]
        return tf.stack([red, green, -red], axis=-1)

    model = synthesizer({"model.latent_dim": 1}, generator=generator)
    inputs = [{"label_map": np.full((2, 2), label, np.int32)} for label in (0, 4)]
    images = model.paint(inputs, np.array([[1.0], [-1.0]]))
    assert images.dtype == np.uint8
    assert images.shape == (2, 2, 2, 2, 3)
    np.testing.assert_array_equal(images[:, 0, 1, 0], [[0, 255, 255], [255, 255, 0]])
    np.testing.assert_array_equal(images[:, 1, 1, 0], [[0, 0, 255], [255, 0, 0]])


@pytest.mark.parametrize(
    "values",
    [
        {"model.latent_dim": 3, "data.has_instances": True},
        {"model.norm": "clade", "model.latent_dim": 3},
        {"model.norm": "clade_icpe"},
    ],
)
def test_paint_gives_what_the_generator_paints_in_every_style(values):
    config = tiny_config(values)
    generator = build_generator(config)
    rng = np.random.default_rng(0)
    for variable in generator.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))
    label_maps = rng.integers(0, 5, (2, 32, 32)).astype(np.int32)
    batch = {
        "label_map": label_maps,
        "instance_map": label_maps,
        "position_map": rng.uniform(-1, 1, (2, 32, 32, 2)).astype(np.float32),
    }
    inputs = [{key: value[k] for key, value in batch.items()} for k in range(2)]
    model = Synthesizer(config, generator, None)
    styles = model.styles(0, 2) if config.model.latent_dim else None
    images = model.paint(inputs, styles).astype(int)
    assert images.shape == (2, 1 if styles is None else 2, 32, 32, 3)
    for k in range(images.shape[1]):
        z = None if styles is None else np.stack([styles[k]] * 2)
        expected = to_uint8(generator({**batch, "z": z}, training=False)).astype(int)
        assert expected.std() > 10
        assert np.abs(images[:, k] - expected).max() <= 1  # rounding may fall to either side

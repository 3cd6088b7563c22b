import pathlib

import numpy as np
import pytest
from PIL import Image

from spade_tf.data.position_map import position_map
from spade_tf.errors import UserError
from spade_tf.evaluation.examples import Batch, Examples
from spade_tf.evaluation.image_sources import latents, open_source
from spade_tf.pictures import to_uint8
from tests.data.small_sets import custom_set
from tests.tiny_config import tiny_config
from tests.tiny_workdir import tiny_workdir

MODEL = {
    "model.norm": "clade_icpe",
    "model.latent_dim": 3,
    "data.preprocess": "crop",
    # Untrained, it would scale random weights to paint but black and white.
    "model.spectral_norm": False,
}
PAINTER = pathlib.Path(__file__).parents[2] / "serving" / "painter" / "models"


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    custom_set(folder / "data", train=1, val=3)
    values = {**MODEL, "data.root": str(folder / "data")}
    state = tiny_workdir(folder / "run", values)
    config = tiny_config(values)
    return folder, config, Examples(config, "val"), state


@pytest.fixture(scope="module")
def painting(setting):
    """The source that paints with the workdir."""
    folder, config, examples, _ = setting
    return open_source(str(folder / "run"), config, examples)


def all_of(source, examples, size):
    return np.concatenate([source.images(batch, 0) for batch in examples.batches(size)])


@pytest.mark.slow
def test_a_workdir_paints_what_its_averaged_generator_paints(setting, painting):
    _, _, examples, state = setting
    source = painting
    (batch,) = examples.batches(3)
    positions = np.stack([position_map(x, None) for x in batch.inputs["label_map"]])
    z = latents(range(3), 3, seed=5)
    inputs = {"label_map": batch.inputs["label_map"], "position_map": positions, "z": z}
    expected = to_uint8(state.ema_generator(inputs, training=False)).astype(int)
    assert expected.std() > 10
    assert np.abs(source.images(batch, 5) - expected).max() <= 1
    assert source.identity["checkpoint"] == "step-0"
    assert len(source.identity["sha256"]) == 64


@pytest.mark.slow
def test_an_image_does_not_depend_on_its_batch(setting, painting):
    examples = setting[2]
    ones, all_at_once = all_of(painting, examples, 1), all_of(painting, examples, 3)
    assert np.abs(ones.astype(int) - all_at_once).max() <= 1
    assert painting.has_styles


def test_a_model_of_other_data_is_refused(setting):
    folder, _, examples, _ = setting
    other = tiny_config({**MODEL, "data.num_labels": 6})
    with pytest.raises(UserError, match="has data.num_labels=5, not 6"):
        open_source(str(folder / "run"), other, examples)


def test_photographs_are_their_own_best(setting):
    _, config, examples, _ = setting
    (batch,) = examples.batches(3)
    found = open_source("photographs", config, examples).images(batch, 0)
    np.testing.assert_array_equal(found, batch.photographs)


def test_a_folder_of_any_other_method(setting, tmp_path):
    _, config, examples, _ = setting
    given = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    for name, image in zip(examples.names, given, strict=True):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    source = open_source(str(tmp_path), config, examples)
    np.testing.assert_array_equal(all_of(source, examples, 2), given)
    assert not source.has_styles
    first = tmp_path / f"{examples.names[0]}.png"
    Image.fromarray(given[0, :16]).save(first)
    with pytest.raises(UserError, match="is 32x16, but tiny compares 32x32"):
        all_of(open_source(str(tmp_path), config, examples), examples, 2)
    first.unlink()
    with pytest.raises(UserError, match="lacks the images of 1 of 3 label maps, such as"):
        open_source(str(tmp_path), config, examples)


def test_what_is_nothing_is_refused(setting, tmp_path):
    _, config, examples, _ = setting
    with pytest.raises(UserError, match="give the workdir of a training run"):
        open_source(str(tmp_path / "nothing"), config, examples)


@pytest.mark.slow
def test_a_file_for_devices():
    from spade_tf.config import load_config

    config = load_config("landscapes_mobile", {"data.num_scenes": 2})
    examples = Examples(config, "val", limit=2)
    source = open_source(str(PAINTER / "landscapes_int8.tflite"), config, examples)
    (batch,) = examples.batches(2)
    images = source.images(batch, 0)
    assert images.shape == (2, 128, 128, 3)
    # It was trained on such scenes: nearer to its own photograph than to the other.
    own = np.abs(images.astype(float) - batch.photographs).mean()
    swapped = np.abs(images.astype(float) - batch.photographs[::-1]).mean()
    assert own < swapped
    alone = Batch(range(1, 2), batch.names[1:], {k: v[1:] for k, v in batch.inputs.items()}, None)
    np.testing.assert_array_equal(source.images(alone, 0)[0], images[1])

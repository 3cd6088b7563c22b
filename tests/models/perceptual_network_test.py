import json
import socket
import sys
import tempfile
import types
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.models.perceptual_network import (
    CRN_MAPS,
    PerceptualNetwork,
    build_perceptual_network,
    load_perceptual_weights,
)
from spade_tf.models.vgg19_weights import CONVOLUTIONS, SECONDS_WITHOUT_ANSWER


def random_state() -> dict[str, np.ndarray]:
    """Random weights under torchvision's names."""
    rng, width = np.random.default_rng(0), 3
    state: dict[str, np.ndarray] = {}
    for _, name, filters in CONVOLUTIONS:
        kernel = rng.normal(scale=np.sqrt(2 / (9 * width)), size=(filters, width, 3, 3))
        bias = rng.normal(scale=0.1, size=filters)
        state |= {f"{name}.weight": np.float32(kernel), f"{name}.bias": np.float32(bias)}
        width = filters
    return state


@pytest.fixture(scope="module")
def state():
    return random_state()


@pytest.fixture
def folder():
    """A folder that is emptied at once: pytest keeps its own, and these files have 50 MB each."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def network():
    return build_perceptual_network()


def values(network):
    return [keras.ops.convert_to_numpy(weight).copy() for weight in network.weights]


def write_npz(path, state):
    np.savez(path, **state)
    return path


def passing_on_the_image(**arguments):
    """A network whose kernels copy channels 0, 1, 2 and are 0 elsewhere."""
    network = build_perceptual_network(**arguments)
    for layer in network.convolutions:
        kernel = np.zeros(layer.kernel.shape, "float32")
        kernel[1, 1, range(3), range(3)] = 1.0
        layer.kernel.assign(kernel)
    return network


def test_hand_computed_maps_are_the_pooled_image():
    image = np.zeros((1, 35, 32, 3), "float32")
    image[0, 16, 0] = [0.25, -0.5, 0.75]
    maps = passing_on_the_image()(image)
    # Sides halve and round down; the pixel at row 16 stays the greatest of its cell.
    assert [tuple(level.shape) for level in maps] == [
        (1, 35, 32, 64),
        (1, 17, 16, 128),
        (1, 8, 8, 256),
        (1, 4, 4, 512),
        (1, 2, 2, 512),
    ]
    for level, row in zip(maps, (16, 8, 4, 2, 1), strict=True):
        expected = np.zeros(level.shape, "float32")
        expected[0, row, 0, :3] = [0.25, 0.0, 0.75]  # ReLU
        np.testing.assert_array_equal(level, expected)


def test_maps_of_crn_begin_with_the_image_and_pool_means():
    image = np.zeros((1, 16, 16, 3), "float32")
    image[0, 0, 0] = [0.25, -0.5, 0.75]
    network = passing_on_the_image(maps=CRN_MAPS, pooling="average")
    assert [layer.name for layer in network.convolutions][-1] == "block5_conv2"
    maps = network(image)
    np.testing.assert_array_equal(maps[0], image)
    assert [level.shape[1] for level in maps] == [16, 16, 8, 4, 2, 1]
    for level, share in zip(maps[1:], (1, 1 / 4, 1 / 16, 1 / 64, 1 / 256), strict=True):
        np.testing.assert_allclose(level[0, 0, 0, :3], share * np.float32([0.25, 0, 0.75]))


def test_unknown_maps_and_pooling():
    with pytest.raises(ValueError, match="maps are relu1_1; write some of image, block1_conv1"):
        PerceptualNetwork(maps=["relu1_1"])
    with pytest.raises(ValueError, match="pooling is 'mean'; write one of max, average"):
        PerceptualNetwork(pooling="mean")


@pytest.mark.parametrize(
    ("input_scaling", "expected"),
    [
        ("none", [1.0, 0.0, 0.0]),
        ("imagenet", [(1 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, 0.0]),
        # BGR: blue falls below its mean, green is 127.5 and red 255.
        ("caffe", [0.0, (127.5 - 116.779) / 127.5, (255 - 123.68) / 127.5]),
    ],
)
def test_input_scaling_of_one_pixel(input_scaling, expected):
    network = passing_on_the_image()
    network.input_scaling = input_scaling
    image = np.broadcast_to(np.float32([1.0, 0.0, -1.0]), (1, 16, 16, 3))
    for level in network(image):
        np.testing.assert_allclose(level[0, 0, 0, :3], expected, rtol=1e-5)


def test_frozen_but_the_image_gets_a_gradient(network):
    assert network.trainable_weights == []
    assert len(network.weights) == 26
    assert network.count_params() == 12_944_960
    image = tf.zeros((1, 16, 16, 3)) + 0.1
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = tf.reduce_sum(network(image)[-1])
    assert np.abs(tape.gradient(loss, image)).max() > 0


def test_float32_under_mixed_precision():
    policy = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        network = PerceptualNetwork()
        maps = network(np.zeros((1, 16, 16, 3), "float16"))
    finally:
        keras.mixed_precision.set_dtype_policy(policy)
    assert {layer.compute_dtype for layer in network.convolutions} == {"float32"}
    assert {keras.backend.standardize_dtype(level.dtype) for level in maps} == {"float32"}


def test_the_seed_fixes_the_random_weights(network):
    first = network.weights
    same, other = (build_perceptual_network(seed=seed).weights for seed in (0, 1))
    for a, b in zip(first, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first[0] - other[0]).max() > 0.01
    # He: the standard deviation of the last kernel is sqrt(2 / (3 * 3 * 512)).
    np.testing.assert_allclose(np.std(first[-2]), np.sqrt(2 / 4608), rtol=0.01)


def test_config_round_trip():
    arguments = {"input_scaling": "caffe", "seed": 3, "maps": CRN_MAPS, "pooling": "average"}
    config = PerceptualNetwork(**arguments, name="vgg").get_config()
    network = PerceptualNetwork.from_config(json.loads(json.dumps(config)))
    assert arguments == {name: getattr(network, name) for name in arguments}
    assert network.name == "vgg"
    assert not network.trainable
    with pytest.raises(ValueError, match="'tensorflow'; write one of none, imagenet, caffe"):
        PerceptualNetwork(input_scaling="tensorflow")


def keras_vgg19(state):
    """`keras.applications.VGG19` with the weights of `state` (those beyond relu5_1 are random)."""
    vgg19 = keras.applications.VGG19(include_top=False, weights=None)
    for name, torchvision, _ in CONVOLUTIONS:
        kernel = state[f"{torchvision}.weight"].transpose(2, 3, 1, 0)
        vgg19.get_layer(name).set_weights([kernel, state[f"{torchvision}.bias"]])
    return vgg19


def assert_holds(network, state):
    for layer, (_, name, _) in zip(network.convolutions, CONVOLUTIONS, strict=False):
        np.testing.assert_array_equal(layer.kernel[2, 0, 1], state[f"{name}.weight"][:, 1, 2, 0])
        np.testing.assert_array_equal(layer.bias, state[f"{name}.bias"])


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("name", ["vgg19.keras", "vgg19.weights.h5", "vgg19.h5"])
def test_keras_files(name, state, folder):
    vgg19 = keras_vgg19(state)
    (vgg19.save_weights if name.endswith("weights.h5") else vgg19.save)(folder / name)
    network = build_perceptual_network(str(folder / name))
    assert network.input_scaling == "caffe"
    assert_holds(network, state)

    image = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    tap = keras.Model(vgg19.input, vgg19.get_layer("block5_conv1").output)
    expected = tap(keras.applications.vgg19.preprocess_input((image + 1) * 127.5)) / 127.5
    np.testing.assert_allclose(network(image)[-1], expected, rtol=1e-4, atol=1e-5)


def test_the_imagenet_file_itself(state, folder):
    """The layout of the file that `keras.applications` downloads, which is Keras 1's, with top."""
    with h5py.File(folder / "vgg19.h5", "w") as file:
        for name, torchvision, _ in CONVOLUTIONS:
            kernel = state[f"{torchvision}.weight"].transpose(2, 3, 1, 0)
            file[f"{name}/{name}_W_1:0"] = kernel
            file[f"{name}/{name}_b_1:0"] = state[f"{torchvision}.bias"]
        file["block5_conv3/block5_conv3_W_1:0"] = np.zeros((3, 3, 512, 512), "float32")
        file["fc1/fc1_W_1:0"] = np.zeros((8, 4), "float32")
    assert_holds(build_perceptual_network(str(folder / "vgg19.h5")), state)


def test_torchvision_file_through_torch(state, folder, monkeypatch):
    """A stand-in for torch, which is an optional extra: what is asked of it, and what is used."""

    class Tensor:
        def __init__(self, array):
            self.array = array

        def float(self):
            return self

        def numpy(self):
            return self.array

    def load(path, map_location, weights_only):
        assert map_location == "cpu" and weights_only is True
        return {name: Tensor(array) for name, array in state.items()}

    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(load=load))
    path = folder / "vgg19-dcbb9e9d.pth"
    path.touch()
    network = build_perceptual_network(str(path))
    assert_holds(network, state)
    assert network.input_scaling == "none"


def test_torchvision_file_without_torch(network, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    path = folder / "vgg19.pth"
    path.touch()
    with pytest.raises(UserError, match="vgg19.pth: reading a PyTorch file needs torch.*import"):
        load_perceptual_weights(network, path)


def test_faults_are_listed_together_and_nothing_is_loaded(network, state, folder):
    faulty = dict(state)
    del faulty["features.0.bias"]
    faulty["features.5.weight"] = state["features.7.weight"]
    before = values(network)
    with pytest.raises(UserError) as error:
        load_perceptual_weights(network, write_npz(folder / "faulty.npz", faulty))
    message = str(error.value)
    assert "faulty.npz" in message
    assert "block1_conv1/bias is missing" in message
    assert "block2_conv1/kernel has shape (3, 3, 128, 128), not (3, 3, 64, 128)" in message
    assert message.count("block") == 2
    for old, new in zip(before, network.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    assert network.input_scaling == "none"


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".npz"])
def test_damaged_file(suffix, network, folder):
    path = folder / f"damaged{suffix}"
    path.write_bytes(b"not what it says")
    with pytest.raises(UserError, match=f"damaged{suffix}: not a readable {suffix} file"):
        load_perceptual_weights(network, path)


def test_wrong_paths(network, folder):
    with pytest.raises(UserError, match="absent.h5: no such file"):
        load_perceptual_weights(network, folder / "absent.h5")
    with pytest.raises(UserError, match="write imagenet, none, or a VGG19 weight file"):
        load_perceptual_weights(network, "imagnet")


def test_random_weights_need_no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    assert build_perceptual_network().built


def test_imagenet(state, monkeypatch):
    vgg19 = keras_vgg19(state)

    def download(include_top, weights):
        assert (include_top, weights) == (False, "imagenet")
        return vgg19

    monkeypatch.setattr(keras.applications, "VGG19", download)
    network = build_perceptual_network("imagenet")
    assert network.input_scaling == "caffe"
    assert_holds(network, state)


def test_imagenet_without_a_network(network, monkeypatch):
    def download(include_top, weights):
        assert socket.getdefaulttimeout() == SECONDS_WITHOUT_ANSWER
        raise Exception("URL fetch failure")

    before = values(network)
    monkeypatch.setattr(keras.applications, "VGG19", download)
    monkeypatch.setenv("KERAS_HOME", "/home/user/.keras")
    with pytest.raises(UserError) as error:
        load_perceptual_weights(network, "imagenet")
    for part in (
        "download of vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 was impossible",
        "(URL fetch failure)",
        "Put that file into /home/user/.keras/models",
        "path of a VGG19 weight file",
        "losses.vgg_weight=0",
    ):
        assert part in str(error.value)
    assert socket.getdefaulttimeout() is None
    for old, new in zip(before, network.weights, strict=True):
        np.testing.assert_array_equal(old, new)

"""Small data sets in the real folder layouts."""

import pathlib

import numpy as np
from PIL import Image

from spade_tf.config import Config, replace

ROOT = pathlib.Path(__file__).parent.parent.parent


def make_maps(seed: int, height: int, width: int, num_labels: int = 5) -> dict[str, np.ndarray]:
    """Maps that tell where each pixel came from: the photograph is a function of the two maps."""
    random = np.random.default_rng(seed)
    label_map = random.integers(0, num_labels, (height, width)).astype(np.uint8)
    instance_map = random.integers(0, 60000, (height, width)).astype(np.uint16)
    return {
        "label_map": label_map,
        "instance_map": instance_map,
        "image": paint(label_map, instance_map),
    }


def paint(label_map: np.ndarray, instance_map: np.ndarray) -> np.ndarray:
    """The photograph of `make_maps`, uint8."""
    channels = [label_map * 40, instance_map // 256, instance_map % 256]
    return np.stack(channels, axis=-1).astype(np.uint8)


def write_png(path: pathlib.Path, pixels: np.ndarray) -> str:
    """Writes a picture with its folders and returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return str(path)


def custom_set(
    root: pathlib.Path, train: int = 5, val: int = 3, height: int = 40, width: int = 48, **values
) -> Config:
    """Makes a data set of folders and returns its config; keywords replace values of the config."""
    for split, count in (("train", train), ("val", val)):
        for i in range(count):
            maps = make_maps(100 * (split == "val") + i, height, width)
            for folder, key in (("label", "label_map"), ("img", "image"), ("inst", "instance_map")):
                write_png(root / f"{split}_{folder}" / f"scene_{i}.png", maps[key])
    defaults = {
        "data__root": str(root),
        "data__num_labels": 5,
        "data__height": 32,
        "data__width": 32,
        "data__preprocess": "crop",
        "data__has_instances": True,
    }
    return make_config(**(defaults | values))


def facade_set(
    base: pathlib.Path, extended: pathlib.Path, height: int = 32, width: int = 32
) -> np.ndarray:
    """Makes the CMP database's two parts, a facade in each; returns the label map of both."""
    label_map = np.random.default_rng(0).integers(1, 13, (height, width)).astype(np.uint8)
    picture = Image.fromarray(label_map).convert("P")
    picture.putpalette([value for i in range(13) for value in (0, 20 * i, 170)])
    for path in (base / "cmp_b0001", extended / "cmp_x0001"):
        write_png(path.with_suffix(".jpg"), label_map)
        picture.save(path.with_suffix(".png"))
    return label_map


def make_config(**values) -> Config:
    """A config with values replaced; `data__root` stands for the key `data.root`."""
    config = Config()
    for key, value in values.items():
        config = replace(config, key.replace("__", "."), value)
    return config


def images_of(dataset, count: int) -> list[dict[str, np.ndarray]]:
    """The first images of a dataset, without their batches."""
    images: list[dict[str, np.ndarray]] = []
    for batch in dataset:
        arrays = {key: value.numpy() for key, value in batch.items()}
        for i in range(len(arrays["label_map"])):
            images.append({key: value[i] for key, value in arrays.items()})
        if len(images) >= count:
            break
    return images[:count]


def assert_same(one, other) -> None:
    """Two lists of images are equal, bit for bit."""
    assert len(one) == len(other) > 0
    for a, b in zip(one, other, strict=True):
        assert a.keys() == b.keys()
        for key, value in a.items():
            np.testing.assert_array_equal(value, b[key], err_msg=key)

"""Small data sets, as folders and as shards of them."""

import pathlib

import numpy as np

from spade_tf.config import Config, replace
from spade_tf.data.shards.prepare import Request, prepare

SHARDS = 3


def sharded(config: Config, folder: pathlib.Path, store: str = "files", **values) -> Config:
    """Writes shards of a config's data set and returns the config that reads them alone."""
    prepare(Request(config, folder, store=store, num_shards=SHARDS, **values))
    return replace(replace(config, "data.shards", str(folder)), "data.root", "")


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


def spoil(path: pathlib.Path, offset: int) -> None:
    """Turns one bit of a file over."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)

"""Small data sets, as folders and as shards of them."""

import pathlib

from spade_tf.config import Config, replace
from spade_tf.data.shards.prepare import Request, prepare

SHARDS = 3


def sharded(config: Config, folder: pathlib.Path, store: str = "files", **values) -> Config:
    """Writes shards of a config's data set and returns the config that reads them alone."""
    prepare(Request(config, folder, store=store, num_shards=SHARDS, **values))
    return replace(replace(config, "data.shards", str(folder)), "data.root", "")


def spoil(path: pathlib.Path, offset: int) -> None:
    """Turns one bit of a file over."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)

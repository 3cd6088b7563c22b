"""Random access to the examples of a split, in any order, checksums included.

A shard is not read from front to back but at the places that the index names, so an epoch is an
exact permutation (see `spade_tf.data.order`) and a run continues at any image.
"""

import functools
import os
import pathlib
import threading
import weakref
import zlib

import numpy as np
import tensorflow as tf

from spade_tf.config import DataConfig
from spade_tf.data.decoding import FAILURE
from spade_tf.data.listing import Example
from spade_tf.data.shards import index as indices
from spade_tf.data.shards import manifest as manifests
from spade_tf.data.shards import record as records
from spade_tf.errors import UserError


class ShardedSplit:
    """The examples of one split by number.

    Attributes:
      store: how pictures are stored, one of `manifest.STORES`.
      examples: their names, and where they lie: `DIR/SHARD.tfrecord/FILE`, FILE being what the
        example was made from.
    """

    def __init__(self, folder: pathlib.Path, split: str):
        manifest = manifests.read_manifest(folder)
        found = manifest.splits[split]
        self.store = manifest.store
        self.keys = ["label_map"] + ["image"] * found.has_images
        self.has_instances = found.has_instances
        self._shards = found.shards
        self._paths = [folder / shard.file for shard in found.shards]
        self.check_files()
        kept = [indices.read_index(path) for path in self._paths]
        for path, shard, index in zip(self._paths, found.shards, kept, strict=True):
            if (index.bytes, index.sha256) != (shard.bytes, shard.sha256):
                raise UserError(f"{indices.index_path(path)} is of another shard: {indices.MEND}")
        counts = [len(index.names) for index in kept]
        self._shard = np.repeat(np.arange(len(kept)), counts)
        self._first = np.cumsum([0, *counts])
        self._offset = np.concatenate([np.array(i.offsets, np.int64) for i in kept])
        self._length = np.concatenate([np.array(i.lengths, np.int64) for i in kept])
        self._crc32 = np.concatenate([np.array(i.crc32, np.uint32) for i in kept])
        self.examples = [
            Example(name, f"{path}/{label}", image and f"{path}/{image}", inst and f"{path}/{inst}")
            for path, index in zip(self._paths, kept, strict=True)
            for name, (label, image, inst) in zip(index.names, index.files, strict=True)
        ]
        self._descriptors: dict[int, int] = {}
        self._opening = threading.Lock()
        weakref.finalize(self, _close, self._descriptors)

    def check_files(self) -> None:
        """Refuses shards that are missing or of another size. Raises UserError."""
        for path, shard in zip(self._paths, self._shards, strict=True):
            try:
                size = path.stat().st_size
            except OSError as error:
                raise UserError(f"no shard {path}: {indices.MEND}") from error
            if size != shard.bytes:
                raise UserError(
                    f"the shard {path} has {size} bytes, expected {shard.bytes}: {indices.MEND}"
                )

    def check_scale(self, split: str, training: bool, data: DataConfig) -> None:
        """Refuses to read scaled pictures for the other of training and validation.

        The two scale differently in most modes, and a scaled store holds one of them. Raises
        UserError.
        """
        made_for = split == "train"
        if training == made_for or _same_scale(data):
            return
        how, use = ("training", "validation") if made_for else ("validation", "training")
        raise UserError(
            f"the {split} shards (--store={self.store}) hold pictures scaled for {how}, but here "
            f"they are cut as for {use}; read the folder (data.root=DIR, data.shards empty) or "
            "prepare shards with --store=files"
        )

    def record(self, index: int) -> bytes:
        """The record of an example. Raises UserError: shard, record and name of a damaged one."""
        length = int(self._length[index])
        descriptor = self._descriptor(int(self._shard[index]))
        data = os.pread(descriptor, length, int(self._offset[index]))
        if len(data) != length or zlib.crc32(data) != int(self._crc32[index]):
            what = "ends within" if len(data) != length else "has wrong bytes in"
            raise UserError(f"{self.where(index)[0]} {what} {self.where(index)[1]}: {indices.MEND}")
        return data

    def where(self, index: int) -> tuple[str, str]:
        """The shard of an example, and what it is there: `record 7 (NAME)`."""
        shard = int(self._shard[index])
        number = index - int(self._first[shard])
        return str(self._paths[shard]), f"record {number} ({self.examples[index].name})"

    def contents(self, index: tf.Tensor, has_instances: bool) -> dict[str, tf.Tensor]:
        """The bytes of an example's pictures, in the graph; a failure carries its number."""

        def read(number: np.ndarray) -> bytes:
            try:
                return self.record(int(number))
            except (UserError, OSError) as error:
                raise ValueError(f"{FAILURE} {number}: {error}") from error

        record = tf.ensure_shape(tf.numpy_function(read, [index], tf.string), [])
        keys = self.keys + ["instance_map"] * has_instances
        return records.unpack_tensor(record, keys)

    def _descriptor(self, shard: int) -> int:
        if shard not in self._descriptors:
            with self._opening:
                if shard not in self._descriptors:
                    self._descriptors[shard] = os.open(self._paths[shard], os.O_RDONLY)
        return self._descriptors[shard]


def open_split(data: DataConfig, split: str) -> ShardedSplit:
    """The shards of a split that fit a config.

    Raises:
      UserError: no shards, of another config, missing or cut short.
    """
    folder = pathlib.Path(data.shards)
    manifest = manifests.read_manifest(folder)
    manifests.check_fits(manifest, folder, data, split)
    shards = _open(folder, split, (folder / manifests.NAME).stat().st_mtime_ns)
    shards.check_files()
    return shards


@functools.lru_cache(maxsize=4)
def _open(folder: pathlib.Path, split: str, written: int) -> ShardedSplit:
    del written  # another manifest is another split
    return ShardedSplit(folder, split)


def _same_scale(data: DataConfig) -> bool:
    """Whether training and validation scale every file alike: see `transforms.scaled_size`."""
    if data.preprocess == "resize_and_crop":
        return data.load_size == min(data.height, data.width)
    if data.preprocess in ("scale_width", "scale_width_and_crop"):
        return data.load_size == data.width
    return data.preprocess in ("crop", "fixed", "none")


def _close(descriptors: dict[int, int]) -> None:
    for descriptor in descriptors.values():
        os.close(descriptor)

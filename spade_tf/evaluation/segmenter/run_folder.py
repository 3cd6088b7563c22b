"""What a segmenter's training needs to go on, in a folder of its own."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.evaluation.segmenter.training import SegmenterTraining
from spade_tf.files import write_beside


class RunFolder:
    """Settings, checkpoints and losses of one training. Making one writes nothing."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.settings = path / "settings.json"
        self.checkpoints = path / "checkpoints"
        self.losses = path / "losses.jsonl"
        self.loss_curves = path / "losses.png"

    def describe(self, settings: Mapping[str, Any]) -> None:
        """Writes how the training was started, as JSON.

        Raises:
          UserError: a training with other settings has a checkpoint here.
        """
        text = json.dumps(dict(settings), indent=2) + "\n"
        if tf.train.latest_checkpoint(str(self.checkpoints)) and self.settings.is_file():
            asked, stored = json.loads(text), json.loads(self.settings.read_text(encoding="utf-8"))
            differing = [key for key in asked if stored.get(key) != asked[key]]
            if differing:
                what = ", ".join(f"{k}={stored.get(k)} (asked: {asked[k]})" for k in differing)
                raise UserError(
                    f"{self.path} holds another training: {what}; go on with these values, or give "
                    "another --output"
                )
        write_beside(self.settings, text)

    def restore(self, training: SegmenterTraining) -> bool:
        """Restores the newest checkpoint, if there is one.

        Raises:
          UserError: it is damaged.
        """
        manager = self._manager(training)
        prefix = manager.latest_checkpoint
        if not prefix:
            return False
        try:
            manager.checkpoint.restore(prefix).assert_consumed()
        # TensorFlow's reader raises an IndexError or RuntimeError where a file is cut short.
        except (tf.errors.OpError, AssertionError, ValueError, IndexError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise UserError(
                f"checkpoint {prefix} cannot be read ({reason}); remove {self.path} to begin anew"
            ) from error
        return True

    def save(self, training: SegmenterTraining) -> None:
        """Saves the whole state and keeps the one before."""
        self._manager(training).save(checkpoint_number=training.step)

    def _manager(self, training: SegmenterTraining) -> tf.train.CheckpointManager:
        return tf.train.CheckpointManager(
            training.checkpoint(), str(self.checkpoints), max_to_keep=2, checkpoint_name="step"
        )

"""Saving and restoring the whole training state."""

import pathlib
import re
import shutil

import keras
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.models import build_encoder, build_generator
from spade_tf.training.state import TrainingState, variables_by_path
from spade_tf.training.workdir import Workdir

# TensorFlow's reader raises an IndexError or RuntimeError where a file is cut short.
UNREADABLE = (tf.errors.OpError, ValueError, IndexError, RuntimeError)


class SaveError(UserError):
    """A checkpoint could not be written."""


class Checkpoints:
    """The newest few checkpoints of a workdir; TensorFlow names one only once it is whole.

    Args:
      workdir: of the run, read by every worker.
      state: what is saved.
      keep: how many.
      own: where this worker writes, if not in the workdir.
    """

    def __init__(
        self, workdir: Workdir, state: TrainingState, keep: int, own: Workdir | None = None
    ):
        self.state = state
        self.latest = workdir.latest_checkpoint()
        """Prefix of the newest checkpoint, or None."""
        self._workdir = workdir
        self.manager = tf.train.CheckpointManager(
            state.checkpoint(),
            str((own or workdir).checkpoints),
            max_to_keep=keep,
            step_counter=state.step,
            checkpoint_name="step",
        )

    def restore(self) -> bool:
        """Restores the newest checkpoint, if there is one; every value must find its place.

        Raises:
          UserError: the checkpoint is damaged or of another model.
        """
        # What a process was writing when it was killed: its checkpoint has another name once whole.
        for part in pathlib.Path(self.manager.directory).glob("step-*_temp"):
            shutil.rmtree(part, ignore_errors=True)
        if not self.latest:
            return False
        _restore(self.manager.checkpoint, self._workdir)
        return True

    def save(self) -> str:
        """Saves the state unless this step is saved already; returns the checkpoint's prefix.

        Raises:
          SaveError: the disk is full or fails; the checkpoints before stay as they are.
          UserError: a weight is no longer finite.
        """
        self.state.copy_statistics()
        self._refuse_not_finite()
        step = int(self.state.step.numpy())
        if self.latest and self.is_saved(step):
            return self.latest
        try:
            self.manager.save(checkpoint_number=step)
        except tf.errors.OpError as error:
            self._remove_parts(step)
            # "{{node}} file; reason [Op:name]"
            reason = error.message.strip().splitlines()[0].split(" [Op:")[0].split("; ")[-1][:200]
            raise SaveError(
                f"cannot save a checkpoint in {self.manager.directory} ({reason}); make room there "
                f"and run again: training goes on from {self.latest or 'the beginning'}"
            ) from error
        self.latest = str(self._workdir.checkpoints / f"step-{step}")
        return self.latest

    def is_saved(self, step: int) -> bool:
        """Whether the newest checkpoint is that of a step."""
        return bool(self.latest) and str(self.latest).endswith(f"/step-{step}")

    def _remove_parts(self, step: int) -> None:
        """Removes what was written of a checkpoint that failed: it fills the disk for nothing."""
        for part in pathlib.Path(self.manager.directory).glob(f"step-{step}[._]*"):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)

    def _refuse_not_finite(self) -> None:
        """The losses of a step do not show what its own update did to the weights."""
        state = self.state
        judge = state.discriminator.trainable_variables if state.discriminator else []
        for variable in state.generator_variables + judge:
            if not tf.reduce_all(tf.math.is_finite(variable.value)):
                raise UserError(
                    f"{variable.path} is not finite at step {int(state.step.numpy())}; it was not "
                    f"saved, the last good checkpoint is {self.latest or '(none yet)'}. Run again "
                    "with a smaller train.learning_rate or train.precision=float32"
                )


def load_generator(workdir: Workdir) -> tuple[Config, keras.Model, keras.Model | None]:
    """What paints of a workdir: its config, the averaged generator, and the style encoder or None.

    A generator that paints features of instances has clusters of them, and needs no encoder.

    Raises:
      UserError: no workdir, nothing saved in it yet, or a damaged checkpoint.
    """
    config, generator, encoder = load_networks(workdir)
    return config, generator, None if config.has_features else encoder


def load_networks(workdir: Workdir) -> tuple[Config, keras.Model, keras.Model | None]:
    """What a workdir has learnt: its config, the averaged generator, and the encoder or None.

    Raises:
      UserError: no workdir, nothing saved in it yet, or a damaged checkpoint.
    """
    config = workdir.read_config()
    if not workdir.latest_checkpoint():
        raise UserError(
            f"{workdir.path} holds no checkpoint yet; wait for the first one, or train with a "
            "smaller train.save_every_steps"
        )
    generator, encoder = build_generator(config), build_encoder(config)
    parts = {"ema_generator": variables_by_path(generator)}
    if encoder:
        parts["encoder"] = variables_by_path(encoder)
    _restore(tf.train.Checkpoint(**parts), workdir)
    return config, generator, encoder


def is_whole(prefix: str) -> bool:
    """Whether every value of a checkpoint can be read and has the checksum it was written with."""
    try:
        reader = tf.train.load_checkpoint(prefix)
        for name in reader.get_variable_to_shape_map():
            reader.get_tensor(name)
    except UNREADABLE:
        return False
    return True


def _restore(checkpoint: tf.train.Checkpoint, workdir: Workdir) -> None:
    """Restores a workdir's newest checkpoint."""
    prefix, *older = workdir.checkpoint_prefixes()
    try:
        checkpoint.restore(prefix).expect_partial().assert_existing_objects_matched()
    except AssertionError as error:
        raise UserError(
            f"checkpoint {prefix} lacks values that this config trains; continue it with the "
            "train.precision, train.gradient_accumulation and train.only_layers of the config.json "
            "beside it"
        ) from error
    except UNREADABLE as error:
        reason = re.sub(r"{{.*?}} ?", "", str(error).strip().splitlines()[0])[:200]
        whole = next(filter(is_whole, older), None)
        advice = (
            f"remove its files ({prefix}.*) to go on from {whole}, which is whole"
            if whole
            else "there is no older one that is whole: begin again in another workdir"
        )
        raise UserError(f"checkpoint {prefix} cannot be read ({reason}); {advice}") from error

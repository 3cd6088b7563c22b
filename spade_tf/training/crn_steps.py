"""The step of a cascaded refinement network, which compares all of its images."""

from typing import Any

import tensorflow as tf

from spade_tf.training.steps import Batch, Steps


class CRNSteps(Steps):
    """Steps whose perceptual loss looks at every image that the generator makes of a layout."""

    def generator_terms(
        self, batch: Batch, step: tf.Tensor, tape: tf.GradientTape
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """The weighted terms, `[batch]` each, and the first image."""
        network: Any = self.perceptual_network
        images = tf.unstack(self.state.generator.images(batch), axis=3)
        fake_maps = network(tf.concat(images, axis=0))
        with tape.stop_recording():
            real_maps = network(batch["image"])
        layout = None
        if len(images) > 1:
            layout = tf.one_hot(batch["label_map"], self.config.data.num_labels)
            fake_maps = [tf.stack(tf.split(maps, len(images)), axis=1) for maps in fake_maps]
        terms = self.generator_objective(perceptual_features=(fake_maps, real_maps), layout=layout)
        return terms, images[0]

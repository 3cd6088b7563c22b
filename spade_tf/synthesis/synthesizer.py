"""A trained generator with what it needs to paint: inputs from files, latents from seeds."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data.files import (
    check_same_size,
    fit_label_map,
    read_image,
    read_instance_map,
    read_label_map,
)
from spade_tf.data.labels import dont_care_label
from spade_tf.data.position_map import position_map
from spade_tf.errors import UserError
from spade_tf.inference import InferenceGenerator
from spade_tf.models import Generator
from spade_tf.pictures import from_uint8, to_uint8
from spade_tf.synthesis.requests import Request
from spade_tf.synthesis.retrieval import Retrieval


class Synthesizer:
    """Paints label maps with a generator.

    Args:
      config: of the run that trained it.
      generator: a `Generator`, which is folded; or anything called as one that returns images of
        -1..1.
      encoder: from a photograph to (mean, log variance) of its style; None if there is none.
    """

    def __init__(
        self, config: Config, generator: Callable[..., Any], encoder: Callable[..., Any] | None
    ):
        self.config = config
        self.encoder = encoder
        if isinstance(generator, Generator):
            model = InferenceGenerator(generator)
            self._prepare, self._paint = tf.function(model.prepare), tf.function(model.paint)
        else:
            self._prepare = Retrieval(config, generator) if config.model.kind == "sims" else dict

            @tf.function
            def paint(inputs: dict[str, Any], z: Any) -> Any:
                return generator(inputs if z is None else {**inputs, "z": z}, training=False)

            self._paint = paint

    def styles(self, seed: int, samples: int, style: str | None = None) -> np.ndarray | None:
        """Latents `[samples, latent_dim]`: sample k is the same for every label map.

        Of the images that a crn makes, the first sample is a random one and each further one the
        next, so that no two are the same.

        Args:
          seed: of the noise.
          samples: how many.
          style: a photograph. Its mean style comes first, then draws from its distribution.

        Raises:
          UserError: a style was asked of a model that has none, or more samples than it has.
        """
        latent_dim = self.config.latent_dim
        if style and not self.encoder:
            raise UserError(
                "--style needs a model with a style encoder (model.latent_dim > 0, "
                "model.style_encoder=true); this one has none"
            )
        if not latent_dim:
            if samples > 1:
                raise UserError(
                    f"--samples={samples}, but this model paints one image for each label map: it "
                    "has no latent (model.latent_dim=0)"
                )
            return None
        noise = np.stack(
            [tf.random.stateless_normal((latent_dim,), (seed, k)).numpy() for k in range(samples)]
        )
        if self.config.model.kind == "crn":
            if samples > latent_dim:
                raise UserError(
                    f"--samples={samples}, but this crn makes {latent_dim} images of each label "
                    f"map (model.diversity): write at most {latent_dim}"
                )
            return np.stack([np.roll(noise[0], k) for k in range(samples)])
        if not style or not self.encoder:
            return noise
        image = from_uint8(read_image(style))[np.newaxis]
        mean, log_variance = (np.asarray(x) for x in self.encoder(image, training=False))
        noise[0] = 0.0
        return mean + np.exp(0.5 * log_variance) * noise

    def read(self, request: Request) -> dict[str, np.ndarray]:
        """The generator's inputs for one label map, cut to the model's size, without batch axis.

        Raises:
          UserError: a file that training would refuse too.
        """
        data = self.config.data
        labels = read_label_map(request.label, data)
        inputs = {"label_map": fit_label_map(labels, data, request.label)}
        if data.has_instances:
            # Without instance maps the borders of the labels are the best guess at them.
            inputs["instance_map"] = inputs["label_map"]
            if request.instance:
                instances = read_instance_map(request.instance)
                check_same_size(
                    request.label, labels.shape[::-1], request.instance, instances.shape[::-1]
                )
                inputs["instance_map"] = fit_label_map(instances, data, request.instance)
        if self.config.has_positions:
            inputs["position_map"] = position_map(inputs["label_map"], dont_care_label(data))
        return inputs

    def paint(
        self, inputs: Sequence[dict[str, np.ndarray]], styles: np.ndarray | None
    ) -> np.ndarray:
        """Images of inputs from `read`, every one in every style, from `styles`.

        Returns: uint8 `[batch, samples, height, width, 3]`; one sample if `styles` is None.
        """
        stacked = {key: np.stack([x[key] for x in inputs]) for key in inputs[0]}
        if styles is None:
            return self.paint_batch(stacked, None)[:, np.newaxis]
        prepared = self._prepare(stacked)
        batches = np.repeat(styles.astype(np.float32)[:, np.newaxis], len(inputs), axis=1)
        return np.stack([to_uint8(self._paint(prepared, z)) for z in batches], axis=1)

    def paint_batch(self, inputs: dict[str, np.ndarray], z: np.ndarray | None) -> np.ndarray:
        """One image of each layout, each in its own style.

        Args:
          inputs: `label_map` and what else the model reads, each [batch, ...].
          z: latents `[batch, latent_dim]`; None for a model without.

        Returns: uint8 `[batch, height, width, 3]`.
        """
        return to_uint8(self._paint(self._prepare(inputs), z))

"""The step of a semi-parametric model, which learns from canvases without a discriminator."""

from typing import Any

import tensorflow as tf

from spade_tf.losses import VGG_WEIGHTS
from spade_tf.losses.refinement_objective import RefinementObjective
from spade_tf.models.sims_transformer import warp
from spade_tf.training.steps import Batch, Steps


class SIMSSteps(Steps):
    """Steps of a refinement network and, if the generator has one, its spatial transformer."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        losses = self.config.losses
        self.refinement_objective = RefinementObjective(
            losses.vgg_weight if self.perceptual_network else 0.0,
            VGG_WEIGHTS[self.config.vgg_maps],
            losses.semantic_weight,
        )

    @property
    def term_names(self) -> list[str]:
        """Names of the terms."""
        objective = self.refinement_objective
        names = {
            "G_VGG": objective.vgg_weight,
            "G_Image": not objective.vgg_weight,
            "G_Semantic": objective.semantic_weight,
            "G_Transform": self.state.generator.transformer,
        }
        return [name for name, used in names.items() if used]

    def generator_terms(
        self, batch: Batch, step: tf.Tensor, tape: tf.GradientTape
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """The weighted terms, `[batch]` each, and the image."""
        network, generator = self.perceptual_network, self.state.generator
        image, logits = generator.refine(batch)
        fake_maps: Any = network(image) if network else None
        with tape.stop_recording():
            real_maps: Any = network(batch["image"]) if network else None
        moved = None
        if generator.transformer:
            segment, target = batch["segment"][..., :3], batch["segment"][..., 3]
            affine = generator.transformer(segment, target, batch["label_map"])
            moved = (2.0 * warp(segment, affine) - 1.0, target)
        terms = self.refinement_objective(
            image,
            batch["image"],
            logits,
            batch["label_map"],
            perceptual_features=(fake_maps, real_maps) if network else None,
            moved=moved,
        )
        return terms, image

"""What the networks of SIMS minimise: named terms, each already multiplied by its weight."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from spade_tf.losses.masked_difference import masked_difference
from spade_tf.losses.perceptual import CRN_WEIGHTS, perceptual
from spade_tf.losses.reduction import mean_absolute_difference
from spade_tf.losses.semantic import semantic

Tensor = Any


@dataclasses.dataclass(frozen=True)
class RefinementObjective:
    """The terms of the refinement network and of the spatial transformer.

    Qi et al. 2018, arXiv:1804.10992, section 5. Their perceptual loss is masked by class and summed
    over the classes; as every pixel has one class, that is the sum over all pixels.

    Attributes:
      vgg_weight: of `G_VGG`; 1 in the paper. If 0, the first of its maps, the image itself, remains
        as `G_Image`, so that there is something to learn from.
      vgg_map_weights: of each map in `G_VGG`, the image first.
      semantic_weight: of `G_Semantic`; 10 in the paper.
    """

    vgg_weight: float = 1.0
    vgg_map_weights: Sequence[float] = CRN_WEIGHTS["crn_512"]
    semantic_weight: float = 10.0

    def __call__(
        self,
        image: Tensor,
        photograph: Tensor,
        logits: Tensor,
        label_map: Tensor,
        *,
        perceptual_features: tuple[Sequence[Tensor], Sequence[Tensor]] | None = None,
        moved: tuple[Tensor, Tensor] | None = None,
    ) -> dict[str, Tensor]:
        """Weighted terms `G_VGG` or `G_Image`, `G_Semantic`, `G_Transform`, float32 `[batch]` each.

        Args:
          image, photograph: `[batch, height, width, 3]`, -1..1.
          logits: of the labels, `[batch, rows, columns, num_labels]`.
          label_map: the layout, integers `[batch, height, width]`.
          perceptual_features: the perceptual network's maps of image and photograph.
          moved: what the spatial transformer made of a segment, `[batch, height, width, 3]`, -1..1,
            and where it should be, `[batch, height, width]`.
        """
        terms = {}
        if self.vgg_weight:
            if perceptual_features is None:
                raise ValueError("vgg_weight is not 0, so the objective needs perceptual_features")
            distance = perceptual(*perceptual_features, weights=self.vgg_map_weights)
            terms["G_VGG"] = self.vgg_weight * distance
        else:
            terms["G_Image"] = mean_absolute_difference(image, photograph)
        if self.semantic_weight:
            terms["G_Semantic"] = self.semantic_weight * semantic(logits, label_map)
        if moved is not None:
            segment, target = moved
            terms["G_Transform"] = masked_difference(segment, photograph, target)
        return terms

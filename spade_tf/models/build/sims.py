"""The refinement network of SIMS."""

from spade_tf.config import Config
from spade_tf.models.sims_refinement import RefinementNetwork


def sims_generator(config: Config) -> RefinementNetwork:
    """The generator of `model.kind=sims`: the paper's network for 256, 512 or 1024 rows."""
    height = config.data.height
    return RefinementNetwork(
        config.data.num_labels,
        base_width=config.model.base_width,
        reduction=1 if height < 512 else 2 if height < 1024 else 4,
        spatial_transformer=config.model.spatial_transformer,
        dtype=config.train.precision,
        name="generator",
    )

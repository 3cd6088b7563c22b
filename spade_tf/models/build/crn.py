"""The cascaded refinement network."""

from spade_tf.config import Config
from spade_tf.models.crn import CascadedRefinementNetwork


def crn_generator(config: Config) -> CascadedRefinementNetwork:
    """The generator of `model.kind=crn`."""
    data, model = config.data, config.model
    return CascadedRefinementNetwork(
        data.num_labels,
        has_instances=data.has_instances,
        height=data.height,
        doublings=config.doublings,
        base_width=model.base_width,
        num_images=config.diversity,
        dtype=config.train.precision,
        name="generator",
    )

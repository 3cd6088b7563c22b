"""Where the tensors of pix2pixHD's state dicts go.

PyTorch numbers the modules of a sequence, activations and paddings among them. The two public codes
differ: NVIDIA/pix2pixHD has convolution, norm and ReLU as three modules, NVlabs/SPADE a convolution
with its norm in one (`.0` is the convolution) and, with spectral normalisation, `weight_orig`.
"""

from collections.abc import Callable, Iterable

from spade_tf.layers import NormalisedConv, NormalisedResidualBlock
from spade_tf.models.feature_encoder import FeatureEncoder
from spade_tf.models.pix2pixhd import Pix2PixHDGenerator
from spade_tf.pytorch.slots import Slots, convolution_slots


def pix2pixhd_slots(generator: Pix2PixHDGenerator) -> Slots:
    """`model.N` of the global generator; with an enhancer also `model1_1.N` and `model1_2.N`.

    Raises:
        TypeError: a generator with SPADE or CLADE layers, which no public code has.
    """
    together = generator.spectral_norm
    slots, place = stage_slots("model", generator.trunk.stages, together)
    last = generator.to_image
    if generator.enhancer is None:
        # NVIDIA's last convolution comes after its own padding; so does NVlabs'.
        return slots | convolution_slots(f"model.{place + 1}", last)
    enhancer = generator.enhancer
    front, _ = stage_slots("model1_1", [enhancer.stem, enhancer.down], together)
    back, place = stage_slots("model1_2", [*enhancer.blocks, enhancer.up], together, first=0)
    return slots | front | back | convolution_slots(f"model1_2.{place + 1}", last)


def feature_encoder_slots(encoder: FeatureEncoder) -> Slots:
    """`model.N`, as the generator's."""
    slots, place = stage_slots("model", encoder.stages, together=False)
    return slots | convolution_slots(f"model.{place + 1}", encoder.to_features)


def stage_slots(
    prefix: str,
    stages: Iterable[NormalisedConv | NormalisedResidualBlock],
    together: bool,
    first: int = 1,
) -> tuple[Slots, int]:
    """Slots of a sequence of stages, and the number of the module that follows them.

    Args:
        prefix: of the sequence.
        stages: convolutions and residual blocks.
        together: whether a convolution and its norm are one module.
        first: number of the first convolution; 1 where a padding comes before.
    """
    slots: Slots = {}
    place = first
    inner = ".0" if together else ""
    for stage in stages:
        if isinstance(stage, NormalisedResidualBlock):
            # Padding, convolution (, norm), ReLU, padding, convolution.
            numbers = (1, 4) if together else (1, 5)
            for conv, number in zip((stage.conv_0, stage.conv_1), numbers, strict=True):
                name = f"{prefix}.{place}.conv_block.{number}{inner}"
                slots |= normalised_slots(name, conv)
            place += 1
        else:
            slots |= normalised_slots(f"{prefix}.{place}{inner}", stage)
            place += 2 if together else 3
    return slots, place


def normalised_slots(name: str, stage: NormalisedConv) -> Slots:
    """A convolution; its norm must have no weights, for no public code has others."""
    if stage.norm.weights:
        raise TypeError(
            f"no PyTorch names are known for {type(stage.norm).__name__} layers in a "
            "Pix2PixHDGenerator, only for model.norm=none with model.param_free_norm=instance"
        )
    return convolution_slots(name, stage.conv)


SLOTS: dict[type, Callable[..., Slots]] = {
    Pix2PixHDGenerator: pix2pixhd_slots,
    FeatureEncoder: feature_encoder_slots,
}

"""Where each tensor of a PyTorch state dict goes in a network of ours.

PyTorch's kernels are [out, in, height, width], ours [height, width, in, out]; its linear layers
read channels before rows and columns, ours after.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from spade_tf.layers import SPADE, DoublingConv2D, ParameterFreeNorm, SpectralNormalization
from spade_tf.models.discriminator import MultiScaleDiscriminator
from spade_tf.models.encoder import StyleEncoder
from spade_tf.models.generator import Generator
from spade_tf.models.perceptual_network import PerceptualNetwork
from spade_tf.models.vgg19_weights import CONVOLUTIONS
from spade_tf.pytorch.published_network import PublishedNetwork

Convert = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Slot:
    """A variable, the shape of the tensor that fills it, and how to turn one into the other."""

    variable: keras.Variable
    shape: tuple[int, ...]
    convert: Convert = np.asarray


Slots = dict[str, Slot]


def slots_of(model: keras.Model) -> Slots:
    """The slots of a built network, under the names of the code that it was published with."""
    from spade_tf.pytorch import pix2pixhd_slots  # it needs this module

    for kind, slots in {**SLOTS, **pix2pixhd_slots.SLOTS}.items():
        if isinstance(model, kind):
            return slots(model)
    known = ", ".join(kind.__name__ for kind in SLOTS)
    raise TypeError(f"no PyTorch names are known for {type(model).__name__}, only for {known}")


def generator_slots(generator: Generator) -> Slots:
    """`fc`, then head_0, G_middle_0, ... up_4, then `conv_img`."""
    if generator.latent_dim:
        grid = (generator.start_height, generator.start_width)
        slots = _dense_to_grid("fc", generator.start, grid)
    else:
        slots = convolution_slots("fc", generator.start)
    for block in generator.blocks:
        name = block.name.replace("middle", "G_middle")
        for part in ("0", "1", "s") if block.learned_shortcut else ("0", "1"):
            slots |= convolution_slots(f"{name}.conv_{part}", getattr(block, f"conv_{part}"))
            slots |= _modulation(f"{name}.norm_{part}", getattr(block, f"norm_{part}"))
    return slots | convolution_slots("conv_img", generator.to_image)


def discriminator_slots(discriminator: MultiScaleDiscriminator) -> Slots:
    """`discriminator_SCALE.modelLAYER`; layers with a norm hold their convolution one deeper.

    pix2pixHD's, which has biases everywhere, is `scaleSCALE_layerLAYER`, the full size last.
    """
    slots: Slots = {}
    if discriminator.use_bias:
        for index, scale in enumerate(reversed(discriminator.scales)):
            for layer, convolution in enumerate([*scale.convolutions, scale.logits]):
                slots |= convolution_slots(f"scale{index}_layer{layer}.0", convolution)
        return slots
    for index, scale in enumerate(discriminator.scales):
        for layer, convolution in enumerate(scale.convolutions):
            deeper = ".0" if layer else ""
            name = f"discriminator_{index}.model{layer}.0{deeper}"
            slots |= convolution_slots(name, convolution)
        last = len(scale.convolutions)
        slots |= convolution_slots(f"discriminator_{index}.model{last}.0", scale.logits)
    return slots


def encoder_slots(encoder: StyleEncoder) -> Slots:
    """`layer1` ... and the heads `fc_mu`, `fc_var`, which read a 4x4 grid."""
    slots: Slots = {}
    for index, convolution in enumerate(encoder.convolutions, start=1):
        slots |= convolution_slots(f"layer{index}.0", convolution)
    for name, head in (("fc_mu", encoder.mean), ("fc_var", encoder.log_variance)):
        slots |= _dense_from_grid(name, head, (4, 4))
    return slots


def perceptual_slots(network: PerceptualNetwork) -> Slots:
    """torchvision's `features.N`."""
    slots: Slots = {}
    names = {keras_name: name for keras_name, name, _ in CONVOLUTIONS}
    for layer in network.convolutions:
        slots |= convolution_slots(names[layer.name], layer)
    return slots


def published_slots(network: PublishedNetwork) -> Slots:
    """The names that its layers bear; those of the variables are translated."""
    slots: Slots = {}
    for variable in network.variables:
        layer, kind = variable.path.split("/")[-2:]
        name = f"{layer}.{PYTORCH_NAMES[kind]}"
        slots[name] = _kernel(variable) if kind == "kernel" else _plain(variable)
    return slots


PYTORCH_NAMES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}

SLOTS: dict[type, Callable[..., Slots]] = {
    Generator: generator_slots,
    MultiScaleDiscriminator: discriminator_slots,
    StyleEncoder: encoder_slots,
    PerceptualNetwork: perceptual_slots,
    PublishedNetwork: published_slots,
}


def _modulation(name: str, norm: keras.layers.Layer) -> Slots:
    slots = _statistics(f"{name}.param_free_norm", norm.norm)
    if isinstance(norm, SPADE):
        slots |= convolution_slots(f"{name}.mlp_shared.0", norm.mask_conv)
        slots |= convolution_slots(f"{name}.mlp_gamma", norm.gamma_conv)
        return slots | convolution_slots(f"{name}.mlp_beta", norm.beta_conv)
    affine = f"{name}.class_specified_affine"
    slots |= {f"{affine}.weight": _plain(norm.gamma), f"{affine}.bias": _plain(norm.beta)}
    if norm.has_instances:
        slots |= convolution_slots(f"{name}.inst_conv", norm.edge_conv)
    if norm.use_positions:
        slots |= convolution_slots(f"{affine}.dist_conv_w", norm.gamma_position_conv)
        slots |= convolution_slots(f"{affine}.dist_conv_b", norm.beta_position_conv)
    return slots


def _statistics(name: str, norm: ParameterFreeNorm) -> Slots:
    if norm.kind == "instance":
        return {}
    return {
        f"{name}.running_mean": _plain(norm.moving_mean),
        f"{name}.running_var": _plain(norm.moving_variance),
    }


def _plain(variable: keras.Variable) -> Slot:
    return Slot(variable, tuple(variable.shape))


def _kernel(variable: keras.Variable) -> Slot:
    height, width, inputs, outputs = variable.shape
    return Slot(variable, (outputs, inputs, height, width), lambda k: k.transpose(2, 3, 1, 0))


def _transposed_kernel(variable: keras.Variable) -> Slot:
    """PyTorch's transposed convolutions have [in, out, height, width]."""
    height, width, inputs, outputs = variable.shape
    return Slot(variable, (inputs, outputs, height, width), lambda k: k.transpose(2, 3, 0, 1))


def convolution_slots(name: str, layer: keras.layers.Layer) -> Slots:
    """A convolution, transposed or not, or one with spectral normalisation and its two vectors."""
    slots: Slots = {}
    weight = "weight"
    if isinstance(layer, SpectralNormalization):
        height, width, inputs, outputs = layer.layer.kernel.shape
        weight = "weight_orig"
        slots[f"{name}.weight_u"] = _plain(layer.vector_u)
        slots[f"{name}.weight_v"] = Slot(
            layer.vector_v,
            (inputs * height * width,),
            lambda v: v.reshape(inputs, height, width).transpose(1, 2, 0).ravel(),
        )
        layer = layer.layer
    is_transposed = isinstance(layer, DoublingConv2D)
    slots[f"{name}.{weight}"] = (_transposed_kernel if is_transposed else _kernel)(layer.kernel)
    if layer.use_bias:
        slots[f"{name}.bias"] = _plain(layer.bias)
    return slots


def _dense_to_grid(name: str, layer: keras.layers.Dense, grid: tuple[int, int]) -> Slots:
    """A linear layer whose outputs are channels of a grid."""
    inputs, outputs = layer.kernel.shape
    channels = outputs // (grid[0] * grid[1])

    def places_first(x: np.ndarray) -> np.ndarray:
        x = x.reshape(channels, *grid, -1).transpose(1, 2, 0, 3)
        return x.reshape(outputs, -1)

    return {
        f"{name}.weight": Slot(layer.kernel, (outputs, inputs), lambda w: places_first(w).T),
        f"{name}.bias": Slot(layer.bias, (outputs,), lambda b: places_first(b).ravel()),
    }


def _dense_from_grid(name: str, layer: keras.layers.Dense, grid: tuple[int, int]) -> Slots:
    """A linear layer whose inputs are channels of a grid."""
    inputs, outputs = layer.kernel.shape

    def places_first(w: np.ndarray) -> np.ndarray:
        return w.reshape(outputs, -1, *grid).transpose(2, 3, 1, 0).reshape(inputs, outputs)

    return {
        f"{name}.weight": Slot(layer.kernel, (outputs, inputs), places_first),
        f"{name}.bias": _plain(layer.bias),
    }

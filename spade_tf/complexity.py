"""How large and how costly a network is: parameters and multiply-accumulates, layer by layer.

A network is traced once, for one image. That needs no data, no arithmetic, and no weights.
"""

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from spade_tf.config import Config, replace
from spade_tf.errors import UserError
from spade_tf.layers import Modulation
from spade_tf.models import build_discriminator, build_encoder, build_generator

BACKBONE, MODULATION = "backbone", "modulation"
"""The parts of a network. Modulation is what makes or holds gamma and beta."""

BUILDERS: dict[str, Callable[[Config], Any]] = {
    "generator": build_generator,
    "discriminator": build_discriminator,
    "encoder": build_encoder,
}


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs.

    Attributes:
      name: path inside the network, `block/norm/convolution`; a wrapped layer has its wrapper's.
      part: `backbone` or `modulation`.
      output: shape of the output for one image, (height, width, channels) or (units,).
      parameters: trainable numbers of the layer, without those of its sublayers.
      macs: multiply-accumulates for one image.
    """

    name: str
    part: str
    output: tuple[int, ...]
    parameters: int
    macs: int


@dataclass(frozen=True)
class Complexity:
    """The layers of a network that have trainable parameters, in the order in which they run.

    `untrained` is the number of all other weights: running statistics and the vectors of spectral
    normalisation.
    """

    layers: tuple[LayerCost, ...]
    untrained: int

    def parameters(self, part: str | None = None) -> int:
        """Trainable parameters of a part or, without one, of the network."""
        return sum(layer.parameters for layer in self.layers if part in (None, layer.part))

    def macs(self, part: str | None = None) -> int:
        """Multiply-accumulates for one image, of a part or of the network."""
        return sum(layer.macs for layer in self.layers if part in (None, layer.part))

    def by_backbone_layer(self) -> list[tuple[LayerCost, list[LayerCost]]]:
        """Each backbone layer with the modulation that runs between the one before and it."""
        groups: list[tuple[LayerCost, list[LayerCost]]] = []
        modulation: list[LayerCost] = []
        for layer in self.layers:
            if layer.part == MODULATION:
                modulation.append(layer)
            else:
                groups.append((layer, modulation))
                modulation = []
        return groups


def measure(config: Config, network: str = "generator") -> Complexity:
    """Counts a network of a config, for one image of the config's size.

    SPADE's modulation is counted as the convolutions of its definition, whatever
    `model.modulation` says: what a shorter way costs depends on the label map.

    Args:
      config: any experiment.
      network: `generator`, `discriminator` or `encoder`.

    Raises:
      UserError: the config has no such network.
    """
    config = replace(config, "model.modulation", "convolutions")
    size = (1, config.data.height, config.data.width)
    image = tf.TensorSpec((*size, 3), tf.float32)
    inputs = {  # all that there is; a network reads what it needs
        "label_map": tf.TensorSpec(size, tf.int32),
        "instance_map": tf.TensorSpec(size, tf.int32),
        "position_map": tf.TensorSpec((*size, 2), tf.float32),
        "z": tf.TensorSpec((1, config.latent_dim), tf.float32),
        "image": image,
    }
    with tf.Graph().as_default():  # weights of a graph that never runs take no memory
        model = BUILDERS[network](config)
        if model is None:
            raise UserError(
                f"config {config.name} has no {network}; for a style learnt from photographs write "
                "model.latent_dim=256 and model.style_encoder=true, for a discriminator "
                "losses.gan=hinge"
            )
        is_style_encoder = network == "encoder" and not config.has_features
        return count(model, image if is_style_encoder else inputs)


def count(network: keras.layers.Layer, inputs: Any) -> Complexity:
    """Counts the layers of a built network, as in inference.

    Multiply-accumulates are those of convolutions and linear maps: each number of a kernel is used
    once for every output position, the padding counted as image. So too for transposed ones, as the
    published counts of pix2pixHD have it, though three in four numbers that they read are zeros
    between the pixels. Everything else is left out: biases, normalisation, activations, resampling,
    the modulation's own product and sum, table look-ups, and spectral normalisation, which is
    constant in inference.

    The "FLOPs" of Tables 3 and 4 of the CLADE paper (Tan et al. 2021) are these, plus one for each
    output number that has a bias, at most 0.1 %.

    Args:
      network: a built layer or model; its weights need no values.
      inputs: what it is called on, with a `tf.TensorSpec` of batch size 1 for each tensor.

    Raises:
      ValueError: a layer with parameters is never called, so that its work is unknown; such as
        SPADE's where `modulation` is not `convolutions`.
    """
    parameters = _own_parameters(network)
    layers = [layer for layer in network._flatten_layers() if layer.path in parameters]
    with _noted_calls(layers) as calls:
        tf.function(lambda x: network(x, training=False)).get_concrete_function(inputs)
    idle = sorted(parameters.keys() - {layer.path for layer, _ in calls})
    if idle:
        raise ValueError(f"layers with parameters that are never called: {', '.join(idle)}")
    macs = dict.fromkeys((layer.path for layer, _ in calls), 0)
    outputs = {}
    for layer, output in calls:
        macs[layer.path] += _macs(layer, output)
        outputs[layer.path] = output
    names, parts = _names(network), _parts(network)
    costs = [
        LayerCost(names[path], parts[path], outputs[path], parameters[path], macs[path])
        for path in macs
    ]
    return Complexity(tuple(costs), network.count_params() - sum(parameters.values()))


def _own_parameters(network: keras.layers.Layer) -> dict[str, int]:
    """The number of trainable parameters by the path of the layer that holds them."""
    sizes: dict[str, int] = {}
    for variable in network.trainable_variables:
        path = variable.path.rpartition("/")[0]
        sizes[path] = sizes.get(path, 0) + math.prod(variable.shape)
    return sizes


def _macs(layer: keras.layers.Layer, output: tuple) -> int:
    """The work of one call, from the shape of its output without the batch."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    return math.prod(output[:-1]) * math.prod(kernel.shape)


def _names(network: keras.layers.Layer) -> dict[str, str]:
    """Name of each layer by its path, which a layer without weights may lack."""
    layers = [layer for layer in network._flatten_layers() if layer.path]
    paths = {layer.path: layer.path for layer in layers}
    paths |= {x.layer.path: x.path for x in layers if isinstance(x, keras.layers.Wrapper)}
    return {path: shown.removeprefix(f"{network.path}/") for path, shown in paths.items()}


def _parts(network: keras.layers.Layer) -> dict[str, str]:
    """Part of each layer by its path."""
    parts = {layer.path: BACKBONE for layer in network._flatten_layers()}
    for layer in network._flatten_layers():
        if isinstance(layer, Modulation):
            parts |= {inner.path: MODULATION for inner in layer._flatten_layers()}
    return parts


@contextlib.contextmanager
def _noted_calls(layers: Sequence[keras.layers.Layer]) -> Iterator[list[tuple]]:
    """A list that gets (layer, shape of the output) at each call of these layers."""
    calls: list[tuple] = []

    def noting(layer: keras.layers.Layer, call: Callable) -> Callable:
        def noted(x: Any, *args: Any, **kwargs: Any) -> Any:
            output = call(x, *args, **kwargs)
            calls.append((layer, tuple(output.shape[1:])))
            return output

        return noted

    for layer in layers:
        layer.call = noting(layer, layer.call)
    try:
        yield calls
    finally:
        for layer in layers:
            del layer.call  # which brings back that of its class

"""From a workdir to .tflite files for phones and browsers, each with its .json.

Only TensorFlow Lite's builtin operations: every interpreter has them.
"""

import contextlib
import dataclasses
import functools
import io
import json
import pathlib
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from ai_edge_quantizer import recipe
from ai_edge_quantizer.quantizer import Quantizer

from spade_tf.errors import UserError
from spade_tf.export.card import make_card, with_parity
from spade_tf.export.contract import (
    ENCODE_STYLE,
    ModelCard,
    Signature,
    on_device,
    painting,
    signatures,
)
from spade_tf.export.painter import Painter, StyleReader
from spade_tf.export.parity import grey_levels_off, paint_examples
from spade_tf.export.quiet import quiet
from spade_tf.files import beside, write_beside
from spade_tf.models import Generator
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir

FOLDER = "tflite"
"""Where the files lie in a serving base path; no number, so servers pass it over."""

FORBIDDEN = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CUSTOM", "Flex")
"""How operations begin that a plain interpreter does not have, or that leave weights behind."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """How weights are stored, and how far the image may be from the Keras model's.

    bytes_a_weight  of the generator; a file that is smaller has lost weights
    tolerance       grey levels of 255, on average over the values of an image
    """

    bytes_a_weight: int
    tolerance: float


VARIANTS = {
    "float32": Variant(4, 0.05),
    "float16": Variant(2, 0.5),
    "int8": Variant(1, 4.0),
    "dynamic": Variant(1, 8.0),
}
"""By the end of the file's name. `int8` and `dynamic` store 8 bits; `int8` computes in float32,
`dynamic` in 8 bits where kernels can."""


def export_tflite(
    workdir: Workdir, base: pathlib.Path, name: str | None = None, licence: str | None = None
) -> list[pathlib.Path]:
    """Writes `base/tflite/NAME_VARIANT.tflite` with its .json for every variant; returns the paths.

    A model with a style encoder gets `NAME_style.tflite` too. Files of the same names are replaced,
    each as a whole.

    Args:
        workdir: of a training run or an import.
        base: serving base path.
        name: of the model; by default the experiment's.
        licence: of the weights; by default what the workdir says.

    Raises:
        UserError: nothing trained, or a file that does not paint what the Keras model paints.
    """
    config, generator, encoder = load_generator(workdir)
    card = make_card(workdir, config, encoder is not None, name, licence)
    folder = base / FOLDER
    signature = on_device(painting(card))
    painter = Painter(generator, card.dont_care, modulation="lite_neighbourhoods", winograd=False)
    contents = convert(painter, signature, list(VARIANTS))
    examples = paint_examples(card, generator, signature)
    written = []
    for variant, content in contents.items():
        check_operations(content, variant)
        check_size(content, generator, variant)
        off = grey_levels_off(examples, functools.partial(run, content))
        if not off["mean"] <= VARIANTS[variant].tolerance:
            raise UserError(
                f"{variant}: images differ from the Keras model's by {off['mean']:.2f} grey levels "
                f"on average, expected at most {VARIANTS[variant].tolerance}; it was not written"
            )
        path = folder / f"{card.name}_{variant}.tflite"
        own_card = with_parity(card, f"tflite_{variant}", off["max"])
        _write(path, content, own_card, signature, off)
        written.append(path)
    if encoder is not None:
        (signature,) = (on_device(x) for x in signatures(card) if x.name == ENCODE_STYLE)
        (content,) = convert(StyleReader(encoder), signature, ["int8"]).values()
        check_operations(content, "style encoder")
        path = folder / f"{card.name}_style.tflite"
        _write(path, content, card, signature, {})
        written.append(path)
    return written


def convert(module: Any, signature: Signature, variants: list[str]) -> dict[str, bytes]:
    """The file of each variant of a module that is called with a signature's inputs.

    By way of a SavedModel: straight from functions, files come out without weights or signature.
    """
    specs = {
        tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name)
        for tensor in signature.inputs
    }
    function = tf.function(lambda **inputs: module(**inputs)).get_concrete_function(**specs)
    with tempfile.TemporaryDirectory() as folder, quiet():
        tf.saved_model.save(module, folder, signatures={signature.name: function})
        convert_once = functools.cache(functools.partial(_convert, folder, signature))
        return {
            variant: _with_8_bits(convert_once("float32"))
            if variant == "int8"
            else convert_once(variant)
            for variant in variants
        }


def _convert(folder: str, signature: Signature, variant: str) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[signature.name])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if variant in ("float16", "dynamic"):
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if variant == "float16":
        converter.target_spec.supported_types = [tf.float16]
    try:
        return bytes(converter.convert())
    except Exception as error:  # the converter raises its own kinds
        raise UserError(f"{variant}: TensorFlow Lite cannot run this: {error}") from error


def _with_8_bits(content: bytes) -> bytes:
    """A float32 file with its weights in 8 bits."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return bytes(Quantizer(content, recipe.weight_only_wi8_afp32()).quantize().quantized_model)


def check_operations(content: bytes, what: str) -> None:
    """Refuses a file with operations that a plain interpreter does not have."""
    names = operations(content)
    found = sorted(name for name in names if name.startswith(FORBIDDEN))
    if found:
        raise UserError(f"{what}: operations that plain interpreters lack: {', '.join(found)}")


def operations(content: bytes) -> set[str]:
    """Names of a file's operations."""
    return {operation["op_name"] for operation in _interpreter(content)._get_ops_details()}


def check_size(content: bytes, generator: Generator, variant: str) -> None:
    """Refuses a file that is too small to hold the generator's weights."""
    weights = sum(int(np.prod(variable.shape)) for variable in generator.trainable_variables)
    least = weights * VARIANTS[variant].bytes_a_weight
    if len(content) < 0.9 * least:
        raise UserError(
            f"{variant}: the file has {len(content)} bytes, expected about {least} for {weights} "
            "weights"
        )


def run(content: bytes, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What a file answers to the inputs of its signature."""
    interpreter = _interpreter(content)
    (name,) = interpreter.get_signature_list()
    return interpreter.get_signature_runner(name)(**inputs)


def _interpreter(content: bytes) -> Interpreter:
    """Without delegates, which would hide the operations that they take over."""
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return Interpreter(model_content=content, experimental_op_resolver_type=plain)


def _write(
    path: pathlib.Path,
    content: bytes,
    card: ModelCard,
    signature: Signature,
    off: Mapping[str, float],
) -> None:
    """The file, and beside it its card with inputs and outputs in the order of the signature."""
    sidecar = {
        **json.loads(card.to_json()),
        "file": path.name,
        "signature": dataclasses.asdict(signature),
        "grey_levels_off": dict(off),
    }
    with beside(path) as partial:
        partial.write_bytes(content)
    write_beside(path.with_suffix(".json"), json.dumps(sidecar, indent=2, allow_nan=False) + "\n")

"""Exports a trained model: `python -m spade_tf.export_model --workdir=DIR --output=BASE`.

BASE/<next version> is a SavedModel of the serving base path BASE; a server that watches BASE takes
it up by itself. With --formats=saved_model,tflite files for phones and browsers are written to
BASE/tflite/.
"""

import json
import pathlib

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError
from spade_tf.files import check_folder

FORMATS = ("saved_model", "tflite")

flags.DEFINE_string("workdir", None, "workdir of a training run or an import")
flags.DEFINE_string("output", None, "serving base path: its numbered folders are versions")
flags.DEFINE_list("formats", ["saved_model"], f"what to write: {', '.join(FORMATS)}")
flags.DEFINE_string("name", None, "name in the model card; default: the experiment's")
flags.DEFINE_string("licence", None, "licence of the weights, for the model card")
flags.DEFINE_enum("precision", "float32", ["float32", "bfloat16"], "type of convolutions")
flags.DEFINE_boolean(
    "winograd",
    None,
    "large convolutions of a SavedModel by Winograd's algorithm: 0.8 of the time on servers "
    "without a GPU, for a larger file; default: as if the server had this machine's devices",
)


def main(_: object) -> None:
    workdir, base = command_line.required_path("workdir"), command_line.required_path("output")
    check_formats(flags.FLAGS.formats)
    check_folder(base, "--output")

    command_line.import_tensorflow()  # only once the command line is sound
    refuse_sims(workdir)
    writers = {"saved_model": write_saved_model, "tflite": write_tflite}
    for name in flags.FLAGS.formats:
        writers[name](workdir, base)


def write_saved_model(workdir: pathlib.Path, base: pathlib.Path) -> None:
    """Writes the next version and says how it is called and served."""
    from spade_tf.export.contract import ModelCard, signatures
    from spade_tf.export.saved_model import export_saved_model
    from spade_tf.training.workdir import Workdir

    values = flags.FLAGS
    version = export_saved_model(
        Workdir(workdir), base, values.name, values.licence, values.precision, values.winograd
    )
    card = ModelCard.read(version)
    size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
    print(f"{version}  {size / 1e6:.1f} MB, step {card.checkpoint} of {workdir}")
    for signature in signatures(card):
        inputs = ", ".join(f"{x.name} {x.dtype} {_shape(x.shape)}" for x in signature.inputs)
        print(f"  {signature.name}({inputs}) -> {', '.join(x.name for x in signature.outputs)}")
    print(
        f"images are within {card.parity['saved_model']:.0f} of 255 grey levels of the Keras "
        f"model's; licence: {card.licence}\n"
        f"serve it: python -m serving.server --model_base_path={base} --model_name={card.name}"
    )


def write_tflite(workdir: pathlib.Path, base: pathlib.Path) -> None:
    """Writes the files for devices and says how far their images are from the Keras model's."""
    from spade_tf.export.tflite import export_tflite
    from spade_tf.training.workdir import Workdir

    for path in export_tflite(Workdir(workdir), base, flags.FLAGS.name, flags.FLAGS.licence):
        off = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["grey_levels_off"]
        text = ", ".join(f"{name} {value:.2f}" for name, value in off.items())
        print(
            f"{path}  {path.stat().st_size / 1e6:.1f} MB"
            + (f"; grey levels off the Keras model: {text} dB" if off else "")
        )


def refuse_sims(workdir: pathlib.Path) -> None:
    """Refuses a semi-parametric model, whose network alone paints nothing."""
    from spade_tf.training.workdir import Workdir

    config = Workdir(workdir).read_config()
    if config.model.kind == "sims":
        raise UserError(
            f"{workdir} holds a model.kind=sims, which is not exported: it paints from canvases "
            f"that it retrieves from its memory bank {config.model.bank}, and neither a SavedModel "
            "nor a .tflite file can hold that. Paint with python -m spade_tf.synthesize "
            f"--model={workdir}, or export a model of another kind"
        )


def check_formats(formats: list[str]) -> None:
    """Refuses formats that there are not."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise UserError(f"--formats={','.join(formats)}: write some of {', '.join(FORMATS)}")


def _shape(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("batch" if size is None else str(size) for size in shape) + "]"


if __name__ == "__main__":
    command_line.run(main)

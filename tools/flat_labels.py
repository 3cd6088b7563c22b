"""Figure 3 of the SPADE paper: layouts of one label, painted with and without SPADE.

    python -m tools.flat_labels --output=runs/flat_labels.png

Instance normalisation takes a uniform layout away: what a convolution makes of it is the same
number everywhere, whose deviation from its mean is zero, whatever the label. So pix2pixHD paints
every label alike, but for a border. SPADE and CLADE scale and shift after they normalise, each
label in its own way. Weights are random here: it lies in the networks, not in what they learnt.
"""

import pathlib
from typing import TYPE_CHECKING, Any

from absl import flags

from spade_tf import command_line
from spade_tf.config import Config, load_config
from spade_tf.files import check_folder

if TYPE_CHECKING:  # imports TensorFlow, which waits until the command line is sound
    import numpy as np

SIZE = 256
LABELS = ("sky", "water", "grass", "sand", "mountain")
COLORS = ((70, 130, 180), (20, 80, 160), (80, 160, 60), (220, 200, 140), (120, 110, 110))

MODELS: dict[str, dict[str, Any]] = {
    "pix2pixHD": {"model.kind": "pix2pixhd"},
    "SPADE": {"model.param_free_norm": "instance"},
    "CLADE": {"model.norm": "clade", "model.param_free_norm": "instance"},
}
"""All with instance normalisation, so that only the modulation makes the difference."""


def flat_config(values: dict[str, Any], base_width: int = 16, size: int = SIZE) -> Config:
    """A narrow model of `MODELS`, with kernels large enough that the random image has contrast."""
    common = {
        "data.num_labels": len(LABELS),
        "data.height": size,
        "data.width": size,
        "model.base_width": base_width,
        "model.initializer": "xavier",
        "model.init_gain": 0.1,
    }
    return load_config("custom", {**common, **values})


def paint_flat_labels(config: Config) -> "np.ndarray":
    """One image for each label, of a layout of nothing else: [labels, height, width, 3], -1..1."""
    import keras
    import numpy as np

    from spade_tf.models import build_generator

    keras.utils.set_random_seed(0)
    generator = build_generator(config)
    data = config.data
    labels = np.arange(data.num_labels, dtype=np.int32)[:, np.newaxis, np.newaxis]
    label_maps = np.broadcast_to(labels, (data.num_labels, data.height, data.width))
    return np.asarray(generator({"label_map": label_maps}, training=False))


def main(_: object) -> None:
    output = pathlib.Path(command_line.required_path("output"))
    check_folder(output.parent, "--output")
    command_line.import_tensorflow()  # only once the command line is sound
    import numpy as np

    from spade_tf.pictures import save_png, sheet, to_uint8

    label_maps = np.stack([np.full((SIZE, SIZE), label) for label in range(len(LABELS))])
    colors = np.array(COLORS, np.uint8)
    columns = {"layout": list(colors[label_maps])}
    for name, values in MODELS.items():
        images = paint_flat_labels(flat_config(values))
        columns[name] = list(to_uint8(images))
        inside = images[:, SIZE // 4 : -SIZE // 4, SIZE // 4 : -SIZE // 4]
        print(f"{name}: images of two labels differ by up to {np.ptp(inside, axis=0).max():.4f}")
    save_png(sheet(columns, label_maps, list(LABELS), colors), output)
    print(f"{output}: random weights; the differences are of the middle of images, -1..1")


if __name__ == "__main__":
    flags.DEFINE_string("output", None, "PNG file to write")
    command_line.run(main)

"""Counts parameters and multiply-accumulates (MACs) of a config's network, layer by layer.

    python -m tools.complexity --config=ade20k --config.model.norm=clade
    python -m tools.complexity --config=ade20k --compare=clade --output=runs/complexity

    python -m tools.complexity --config=ade20k --memory

Prints JSON; a folder also gets it as complexity.json, and complexity.png, a chart. Needs no data.
With --memory also what training takes on each device, for train.batch_size images on it.
"""

import dataclasses
import json
import pathlib
from typing import TYPE_CHECKING, Any

from absl import flags

from spade_tf import command_line, files
from spade_tf.config import Config, replace

if TYPE_CHECKING:  # it imports TensorFlow, which waits until the command line is sound
    from spade_tf.complexity import Complexity

command_line.define_config_flags()
NETWORK = flags.DEFINE_enum(
    "network", "generator", ["generator", "discriminator", "encoder"], "what to count"
)
COMPARE = flags.DEFINE_string("compare", None, "another model.norm to count too and to draw beside")
MEMORY = flags.DEFINE_boolean("memory", False, "estimate the memory of training too")
OUTPUT = flags.DEFINE_string("output", None, "folder for complexity.json and complexity.png")

COLORS = (("0.72", "tab:orange"), ("0.45", "tab:blue"))  # backbone and modulation of each norm


def main(_: object) -> None:
    """Counts, prints, draws."""
    configs = [command_line.config_from_flags()]
    if COMPARE.value:
        configs.append(replace(configs[0], "model.norm", COMPARE.value))
    folder = pathlib.Path(command_line.user_path(OUTPUT.value)) if OUTPUT.value else None
    if folder:
        files.check_folder(folder, "--output")
    command_line.import_tensorflow()
    from spade_tf.complexity import measure

    counted = [(config, measure(config, NETWORK.value)) for config in configs]
    report, *others = [describe(config, complexity) for config, complexity in counted]
    if others:
        report["compared_with"] = others[0]
    if MEMORY.value:
        report["memory"] = memory(configs[0])
    text = json.dumps(report, indent=2)
    if folder:
        files.write_beside(folder / "complexity.json", text + "\n")
        draw(counted, folder / "complexity.png")
    print(text)


def describe(config: Config, complexity: "Complexity") -> dict[str, Any]:
    """What is printed."""
    parameters, macs = complexity.parameters, complexity.macs
    return {
        "name": config.name,
        "network": NETWORK.value,
        "norm": config.model.norm,
        "height": config.data.height,
        "width": config.data.width,
        "parameters": {
            "total": parameters() + complexity.untrained,
            "trainable": parameters(),
            "backbone": parameters("backbone"),
            "modulation": parameters("modulation"),
        },
        "macs": {
            "total": macs(),
            "backbone": macs("backbone"),
            "modulation": macs("modulation"),
        },
        "layers": [dataclasses.asdict(layer) for layer in complexity.layers],
    }


def memory(config: Config) -> dict[str, Any]:
    """Bytes that training takes on a device, see docs/memory.md; of a GPU, if there is one."""
    import tensorflow as tf

    from spade_tf.training.memory_estimate import estimate_memory
    from spade_tf.training.trainer import IMAGES_PER_DEVICE

    device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    examples = config.train.batch_size or IMAGES_PER_DEVICE[device]
    estimate = estimate_memory(config, examples, device)
    parts = dataclasses.asdict(estimate)
    return {"device": device, "images": examples, "total": estimate.total, **parts}


def draw(counted: list[tuple[Config, "Complexity"]], picture: pathlib.Path) -> None:
    """A row for each backbone layer with a bar for each norm, in two panels."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    config, complexity = counted[0]
    layers = [layer for layer, _ in complexity.by_backbone_layer()]
    height = 1.8 + len(layers) * (0.16 + 0.1 * len(counted))
    figure, axes = plt.subplots(1, 2, figsize=(12, height), sharey=True, layout="constrained")
    for axis, what, unit, label in (
        (axes[0], "macs", 1e9, "GMAC"),
        (axes[1], "parameters", 1e6, "million parameters"),
    ):
        for index, (shown, complexity) in enumerate(counted):
            share = (index + 0.5) / len(counted) - 0.5
            draw_bars(axis, shown.model.norm, parts(complexity, what, unit), share, COLORS[index])
        axis.set_xlabel(label)
        axis.set_axisbelow(True)
        axis.grid(axis="x", alpha=0.3)
        axis.legend(framealpha=1)
        axis.use_sticky_edges = False  # else a bar of length 0 keeps the margin from the longest
        axis.set_xlim(left=0)
    axes[0].set_yticks(range(len(layers)), [row_label(x.name, x.output) for x in layers])
    axes[0].invert_yaxis()
    axes[0].margins(y=0.01)
    size = f"{config.data.width}x{config.data.height}"
    title = f"{config.name} {NETWORK.value}, {size}: each layer with the modulation before it"
    figure.suptitle(title)
    with files.beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)


def parts(complexity: "Complexity", what: str, unit: float) -> dict[str, list[float]]:
    """`what` of the backbone and, where the network has one, of the modulation; a number a row."""
    groups = complexity.by_backbone_layer()
    values = {"backbone": [getattr(layer, what) / unit for layer, _ in groups]}
    if any(before for _, before in groups):
        values["modulation"] = [
            sum(getattr(x, what) for x in before) / unit for _, before in groups
        ]
    return values


def draw_bars(
    axis: Any, norm: str, values: dict[str, list[float]], share: float, colors: tuple[str, ...]
) -> None:
    """One norm's bars, `share` of a row below its middle: the backbone, then the modulation."""
    rows = [row + 0.84 * share for row in range(len(values["backbone"]))]
    left = [0.0] * len(rows)
    for (part, lengths), color in zip(values.items(), colors, strict=False):
        label = f"{norm}: {part}, {sum(lengths):.4g} in all"
        axis.barh(rows, lengths, 0.4 if share else 0.8, left=left, color=color, label=label)
        left = lengths


def row_label(name: str, output: tuple[int, ...]) -> str:
    """A layer's name and the size of its output."""
    size = f"{output[1]}x{output[0]}x{output[2]}" if len(output) == 3 else str(output[0])
    return f"{name}  {size}"


if __name__ == "__main__":
    command_line.run(main)

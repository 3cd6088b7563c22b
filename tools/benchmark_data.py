"""Images per second of the input pipeline alone, and whether a training step would wait for it.

    python -m tools.benchmark_data --config=camvid --config.data.root=DIR

Prints one line of JSON. Give the images/s that training prints as --step_images_per_second=N to
have the ratio of the two.
"""

import json
import os
import time

from absl import flags

from spade_tf import command_line
from spade_tf.config import Config
from spade_tf.errors import UserError

_BATCH = flags.DEFINE_integer("batch_size", 8, "images in a batch", lower_bound=1)
_SECONDS = flags.DEFINE_float("seconds", 10.0, "how long to measure", lower_bound=0.1)
_NEED = flags.DEFINE_float(
    "step_images_per_second", 0.0, "what training takes without waiting; 0 = not known"
)

command_line.define_config_flags()


def main(_: object) -> None:
    """Prints the measurement."""
    config = command_line.config_from_flags()
    if _NEED.value < 0:
        raise UserError(f"--step_images_per_second is {_NEED.value}; write 0 or more")
    rate, per_cpu_second = measure(config, _BATCH.value, _SECONDS.value)
    result = {
        "config": config.name,
        "height": config.data.height,
        "width": config.data.width,
        "cache": config.data.cache,
        "cpus": os.cpu_count(),
        "images_per_second": round(rate, 1),
        "images_per_cpu_second": round(per_cpu_second, 1),
    }
    if _NEED.value:
        result["step_images_per_second"] = _NEED.value
        result["ratio"] = round(rate / _NEED.value, 2)
    print(json.dumps(result))


def measure(config: Config, batch_size: int, seconds: float) -> tuple[float, float]:
    """Images per second of the training stream, and per second of one CPU's work.

    The second figure stays true on a machine that is busy with other work. What a memory
    (data.cache) holds is loaded before.
    """
    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.data.pipeline import make_dataset, num_examples

    batches = iter(make_dataset(config, "train", batch_size))
    warm_up = num_examples(config, "train") if config.data.cache else 4 * batch_size
    for _ in range(-(-warm_up // batch_size)):
        next(batches)
    start, work, images = time.monotonic(), time.process_time(), 0
    while time.monotonic() - start < seconds:
        next(batches)
        images += batch_size
    return images / (time.monotonic() - start), images / (time.process_time() - work)


if __name__ == "__main__":
    command_line.run(main)

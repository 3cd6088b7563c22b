"""Images per second of the input pipeline alone, and whether a training step would wait for it.

    python -m tools.benchmark_data --config=camvid --config.data.root=DIR

Prints one line of JSON. Give the images/s that training prints as --step_images_per_second=N to
have the ratio of the two. --shards=DIR,DIR measures these folders of tools.prepare_dataset too, in
turns with the folder, and prints a line for each.
"""

import dataclasses
import json
import os
import time
from collections.abc import Sequence

from absl import flags

from spade_tf import command_line
from spade_tf.config import Config, replace
from spade_tf.errors import UserError

_BATCH = flags.DEFINE_integer("batch_size", 8, "images in a batch", lower_bound=1)
_SECONDS = flags.DEFINE_float("seconds", 10.0, "how long to measure", lower_bound=0.1)
_NEED = flags.DEFINE_float(
    "step_images_per_second", 0.0, "what training takes without waiting; 0 = not known"
)
_SHARDS = flags.DEFINE_list("shards", [], "folders of shards to compare with data.root")

command_line.define_config_flags()

TURNS = 5
"""How often each source has its turn; what else the machine does meets all of them alike."""

READY_BATCHES = 12
"""More than a stream prepares in advance; they are taken before the clock starts."""


def main(_: object) -> None:
    """Prints the measurements."""
    config = command_line.config_from_flags()
    if _NEED.value < 0:
        raise UserError(f"--step_images_per_second is {_NEED.value}; write 0 or more")
    sources = [config] if config.data.root or config.data.shards or not _SHARDS.value else []
    for folder in _SHARDS.value:
        sources.append(replace(config, "data.shards", command_line.user_path(folder)))
    rates = measure(sources, _BATCH.value, _SECONDS.value)
    for source, (rate, per_cpu_second) in zip(sources, rates, strict=True):
        result = {
            "config": source.name,
            "source": source.data.shards or source.data.root,
            "height": source.data.height,
            "width": source.data.width,
            "cache": source.data.cache,
            "cpus": os.cpu_count(),
            "images_per_second": round(rate, 1),
            "images_per_cpu_second": round(per_cpu_second, 1),
        }
        if len(sources) > 1:
            result["times_the_first"] = round(rate / rates[0][0], 2)
        if _NEED.value:
            result["step_images_per_second"] = _NEED.value
            result["ratio"] = round(rate / _NEED.value, 2)
        print(json.dumps(result))


def measure(
    sources: Sequence[Config], batch_size: int, seconds: float
) -> list[tuple[float, float]]:
    """Images per second of each training stream, and per second of one CPU's work.

    The second figure stays true on a machine that is busy with other work. What a memory
    (data.cache) holds is loaded before.
    """
    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.data.pipeline import make_dataset, num_examples

    streams = []
    for config in sources:
        streams.append(iter(make_dataset(config, "train", batch_size)))
        warm_up = num_examples(config, "train") if config.data.cache else 4 * batch_size
        for _ in range(-(-warm_up // batch_size)):
            next(streams[-1])
    taken = [Taken() for _ in sources]
    for _ in range(TURNS):
        for stream, mine in zip(streams, taken, strict=True):
            _settle()
            for _ in range(READY_BATCHES):
                next(stream)
            start, work = time.monotonic(), time.process_time()
            while time.monotonic() - start < seconds / TURNS:
                next(stream)
                mine.images += batch_size
            mine.seconds += time.monotonic() - start
            mine.cpu_seconds += time.process_time() - work
    return [(mine.images / mine.seconds, mine.images / mine.cpu_seconds) for mine in taken]


def _settle() -> None:
    """Waits until no stream prepares batches in advance any more."""
    work = -1.0
    while time.process_time() - work > 0.02:
        work = time.process_time()
        time.sleep(0.2)


@dataclasses.dataclass
class Taken:
    """What one stream gave, and what it took."""

    images: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


if __name__ == "__main__":
    command_line.run(main)

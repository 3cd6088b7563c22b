"""What a person sees while training runs: images per second, time left, the losses."""

import sys
from collections.abc import Mapping

from tqdm import tqdm


class Progress:
    """A progress bar counted in images. Without a terminal it prints a line now and then.

    Args:
      images_seen: images of earlier starts.
      total_images: images of the whole run.
      quiet: show nothing, as all workers but one do.
    """

    def __init__(self, images_seen: int, total_images: int, quiet: bool = False):
        self.quiet = quiet
        self.bar = tqdm(
            total=total_images,
            initial=images_seen,
            unit="img",
            dynamic_ncols=True,
            smoothing=0.05,
            mininterval=0.5 if sys.stderr.isatty() else 15.0,
            desc="training",
            disable=quiet,
        )

    def advance(self, images: int) -> None:
        """Counts images."""
        self.bar.update(images)

    def show(
        self, losses: Mapping[str, float], input_wait: float | None = None, memory: int = 0
    ) -> None:
        """Puts the mean losses beside the bar, the share of the time that was spent waiting for
        input, and the bytes of memory taken."""
        text = " ".join(f"{name} {value:.3g}" for name, value in losses.items())
        if input_wait is not None:
            text += f" input {input_wait:.0%}"
        if memory:
            text += f" {memory / 2**30:.1f} GiB"
        self.bar.set_postfix_str(text, refresh=False)

    def say(self, text: str) -> None:
        """Prints a line without breaking the bar."""
        if not self.quiet:
            self.bar.write(text, file=sys.stderr)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

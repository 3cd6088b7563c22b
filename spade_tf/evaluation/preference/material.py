"""What a study shows, read and checked before the first person comes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.evaluation.preference.attention import make_checks
from spade_tf.evaluation.preference.images import read_image
from spade_tf.evaluation.preference.layouts import Layout, read_layout
from spade_tf.evaluation.preference.questions import Question


@dataclass(frozen=True)
class Material:
    """Questions, attention checks included, and their layouts by the questions' names."""

    questions: list[Question]
    layouts: dict[str, Layout]


def prepare(
    questions: Sequence[Question],
    config: Config | None = None,
    checks: int = 0,
    seed: int = 0,
    progress: Callable[[Iterable[Question]], Iterable[Question]] = iter,
) -> Material:
    """Reads every file once.

    Args:
      questions: of kind "comparison".
      config: whose colours and names the layouts show; None for those of the files.
      checks: number of attention checks to add.
      seed: of drawing them.
      progress: shows how far it is.

    Raises:
      UserError: a damaged file, two images of different sizes, or too few different layouts.
    """
    layouts = {}
    for question in progress(questions):
        sizes = [read_image(path).shape[1::-1] for path in (question.image_a, question.image_b)]
        if sizes[0] != sizes[1]:
            raise UserError(
                f"{question.image_a} is {sizes[0][0]}x{sizes[0][1]}, {question.image_b} "
                f"{sizes[1][0]}x{sizes[1][1]} pixels; the size must not tell the method: "
                "scale one method's images to the other's size"
            )
        layouts[question.name] = read_layout(question.layout, sizes[0], config)
    thumbnails = {name: layout.thumbnail for name, layout in layouts.items()}
    return Material([*questions, *make_checks(questions, thumbnails, checks, seed)], layouts)

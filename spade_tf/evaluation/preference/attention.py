"""Attention checks: questions whose answer is plain, to mark people who do not look.

One image is a method's own for the layout, the other the same method's for a plainly different one.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.questions import Question

PLAIN = 0.5
"""Share of pixels of other classes that makes two layouts plainly different."""


def make_checks(
    questions: Sequence[Question], thumbnails: Mapping[str, np.ndarray], count: int, seed: int = 0
) -> list[Question]:
    """Draws layouts at random and pairs each with the image of the layout most unlike it.

    Args:
      questions: the study's.
      thumbnails: the questions' layouts by name, in colours [height, width, 3], all of one size.
      count: how many to make; half of them of each method.
      seed: of the drawing.

    Raises:
      UserError: fewer than `count` layouts differ plainly from some other.
    """
    checks: list[Question] = []
    drawn = random.Random(f"checks {seed}").sample(list(questions), len(questions))
    for question in drawn if count else []:
        other, share = _most_unlike(question, questions, thumbnails)
        if share < PLAIN:
            continue
        if len(checks) % 2:
            images = question.image_b, other.image_b
        else:
            images = question.image_a, other.image_a
        checks.append(replace(question, image_a=images[0], image_b=images[1], kind="check"))
        if len(checks) == count:
            return checks
    if count:
        raise UserError(
            f"--attention_checks={count}, but only {len(checks)} layouts differ from another in "
            f"{PLAIN:.0%} of their pixels; ask for as many or fewer"
        )
    return checks


def _most_unlike(
    question: Question, others: Sequence[Question], thumbnails: Mapping[str, np.ndarray]
) -> tuple[Question, float]:
    """The question whose layout differs in most pixels, and their share."""
    own = thumbnails[question.name]
    shares = [float((own != thumbnails[other.name]).any(axis=-1).mean()) for other in others]
    index = int(np.argmax(shares))
    return others[index], shares[index]

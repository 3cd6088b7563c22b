"""What makes a photograph worth a look: measured, so that the rules can be read and changed."""

from collections.abc import Sequence

from spade_tf.evaluation.labelling.label_file import Measured

UNCERTAIN_SHARE = 0.5
"""More uncertain pixels than this are suspicious."""

ONE_CLASS_SHARE = 0.95

GROUPS: dict[str, tuple[float, frozenset[str]]] = {
    "people": (0.1, frozenset({"person"})),
    "indoors": (
        0.2,
        frozenset(
            "bed, blanket, book, cabinet, carpet, ceiling-other, ceiling-tile, chair, clothes, "
            "couch, counter, cupboard, curtain, desk, desk-stuff, dining table, door, door-stuff, "
            "floor-marble, floor-other, floor-stone, floor-tile, floor-wood, furniture-other, "
            "keyboard, laptop, light, mat, microwave, mirror, mirror-stuff, napkin, oven, pillow, "
            "plate, refrigerator, rug, shelf, sink, table, textile-other, toilet, towel, tv, "
            "wall-other, wall-panel, wall-tile, wall-wood, window-blind".split(", ")
        ),
    ),
    "food": (
        0.1,
        frozenset(
            "apple, banana, bowl, broccoli, cake, carrot, donut, food-other, fruit, hot dog, "
            "orange, pizza, salad, sandwich, vegetable".split(", ")
        ),
    ),
}
"""Classes of COCO-Stuff that landscapes have little of: their largest usual share, their names."""


def remarks(measured: Measured, class_names: Sequence[str], min_confidence: float) -> list[str]:
    """What is odd about a photograph, each with its number; empty for an ordinary one.

    Args:
      measured: of its label map.
      class_names: of the segmenter.
      min_confidence: pixels whose largest probability is below count as uncertain.
    """
    found = []
    uncertain = measured.uncertain_share(min_confidence)
    if uncertain is not None and uncertain > UNCERTAIN_SHARE:
        found.append(f"uncertain: {uncertain:.0%} of the pixels below {min_confidence:g}")
    for title, (limit, names) in GROUPS.items():
        share = sum(s for label, s in measured.shares.items() if class_names[label] in names)
        if share > limit:
            found.append(f"{title}: {share:.0%}")
    label, largest = max(measured.shares.items(), key=lambda item: item[1])
    if largest > ONE_CLASS_SHARE:
        found.append(f"one class only: {class_names[label]} {largest:.0%}")
    return found

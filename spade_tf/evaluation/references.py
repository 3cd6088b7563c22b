"""Features of photographs that images are compared with, kept between evaluations."""

import hashlib
import json
import os
import pathlib

from spade_tf.config import Config
from spade_tf.evaluation.examples import Examples
from spade_tf.evaluation.feature_networks import FeatureNetwork
from spade_tf.evaluation.image_pass import SavedPass, look_at_all
from spade_tf.evaluation.image_sources import photographs
from spade_tf.evaluation.scorers import FeatureScorer
from spade_tf.files import folder_beside

VARIABLE = "SPADE_REFERENCES"
"""Environment variable with the folder of all references."""

CUT_KEYS = ("dataset", "root", "height", "width", "preprocess", "load_size", "num_scenes")


def reference(
    config: Config,
    split: str,
    network: FeatureNetwork,
    *,
    keep: bool = False,
    limit: int = 0,
    batch_size: int = 4,
) -> FeatureScorer:
    """Features of a split's photographs, cut to the config's size; computed once.

    Args:
      config: of the data set.
      split: `train` or `val`.
      network: that makes the features.
      keep: whether each photograph's features are needed.
      limit: of photographs, the first ones; 0 = all.
      batch_size: photographs at a time.

    Raises:
      UserError: no photographs, or interrupted; what is done is kept.
    """
    examples = Examples(config, split, limit)
    scorer = FeatureScorer(network, keep)
    subject = {
        "network": network.name,
        "weights": dict(network.weights),
        "split": split,
        "images": examples.count,
        "names": examples.checksum(),
        "files": examples.fingerprint(),
        "kept": keep,
        **{key: getattr(config.data, key) for key in CUT_KEYS},
    }
    key = hashlib.sha256(json.dumps(subject, sort_keys=True).encode()).hexdigest()[:16]
    folder = references_folder() / f"{config.data.dataset}-{split}-{network.name}-{key}"
    if folder.is_dir():
        scorer.load(folder)
        return scorer
    saved = SavedPass(folder.with_name(f"{folder.name}.progress"), subject)
    title = f"photographs ({split})"
    look_at_all(
        examples, photographs(examples), [scorer], saved, batch_size=batch_size, title=title
    )
    with folder_beside(folder) as partial:
        scorer.save(partial)
    saved.clear()
    return scorer


def references_folder() -> pathlib.Path:
    """Where references are kept: $SPADE_REFERENCES or a cache folder."""
    return pathlib.Path(os.environ.get(VARIABLE) or "~/.cache/spade_tf/references").expanduser()

"""Procedural outdoor scenes: nothing to download, as many as wanted. See spade_tf.data.scenes.

An example is named after the seed that its scene is painted from. Training scene i has the seed i;
validation has 64 scenes from seed 1,000,000 on, so that the two never meet.
"""

from spade_tf.config import DataConfig
from spade_tf.data.listing import Example
from spade_tf.data.scenes import LABEL_NAMES as LABEL_NAMES
from spade_tf.data.scenes import PALETTE as PALETTE
from spade_tf.errors import UserError

FIRST_VAL_SEED = 1_000_000
NUM_VAL_SCENES = 64


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """One example a scene, named by its seed; the paths are empty, for there are no files."""
    if split == "val":
        seeds = range(FIRST_VAL_SEED, FIRST_VAL_SEED + NUM_VAL_SCENES)
    elif data.num_scenes > FIRST_VAL_SEED:
        raise UserError(
            f"data.num_scenes is {data.num_scenes}; write at most {FIRST_VAL_SEED}: "
            "the seeds after that are the validation scenes"
        )
    else:
        seeds = range(data.num_scenes)
    return [Example(str(seed), "") for seed in seeds]

"""SPADE on the outdoor scenes of ADE20K, 256x256: 150 classes and "unknown".

Paper     SPADE (Park et al. 2019), Table 1: mIoU 30.8, accuracy 82.9, FID 63.3.
          CLADE (Tan et al. 2021), Table 1: SPADE 19.30 / 80.44 / 54.16,
          CLADE 18.71 / 80.77 / 55.81 (add --config.model.norm=clade).
Data      ADEChallengeData2016, scenes picked by the classes in them (spade_tf/data/datasets/
          ade20k_outdoor.py); CLADE's authors picked 9,649 for training and 943 for validation.
Hardware  the papers: 8 V100, batch 32 (4 a GPU, as batch_size=0 gives on any machine).
Command   bazel run //spade_tf:train -- --config=ade20k_outdoor --config.data.root=DIR
Our score not measured: the full data set and GPUs were not at hand.
"""

from spade_tf.config import Config, DataConfig, TrainConfig


def config() -> Config:
    return Config(
        name="ade20k_outdoor",
        data=DataConfig(
            dataset="ade20k_outdoor", num_labels=151, has_dont_care=True, first_file_id=1
        ),
        train=TrainConfig(epochs=200, decay_epochs=100),
    )
